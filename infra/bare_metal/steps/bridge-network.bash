# The pod network without any agent: a bridge on each machine and a route to each other machine's pods. All machines must
# be on one network segment; NetworkPolicies are not enforced. Again after a node came or went.
# On: every machine. Instead of: calico.
# Arguments: TABLE (the file that `cluster routes` printed)
configuration=/etc/cni/net.d/10-bridge.conflist
unit=/etc/systemd/system/pod-routes.service

apply() {
  [ -f "${1:-}" ] || die "bridge-network needs the table of nodes" "'cluster routes > routes' on the control plane, copy the file here"
  POD_CIDR=$(awk -v node="$NODE_NAME" '$1 == node { print $3 }' "$1")
  [ -n "$POD_CIDR" ] || die "$NODE_NAME is not in $1" "make the table again after this machine has joined; set NODE_NAME where the node has another name"
  fill "$here/templates/bridge.conflist" POD_CIDR | put_file "$configuration"
  ROUTES=$(awk -v node="$NODE_NAME" '$1 != node { printf "ExecStart=/usr/sbin/ip route replace %s via %s\n", $3, $2 }' "$1")
  fill "$here/templates/pod-routes.service" POD_CIDR POD_SUBNET ROUTES | put_file "$unit"
  if [ -n "${written[$unit]:-}" ]; then run systemctl daemon-reload; fi
  enable_service pod-routes
  restart_if_older pod-routes "$unit"
}

check() {
  expect "the bridge is configured" "cluster bridge-network TABLE" test -f "$(path "$configuration")"
  expect "the bridge plugin is there" "apt-get install kubernetes-cni" test -x "$(path /opt/cni/bin/bridge)"
  expect "the routes are set" "journalctl -u pod-routes; 'Nexthop has invalid gateway': the machines are not on one segment, use calico" \
    systemctl is-active pod-routes
  expect "forwarding is not dropped" "Docker and ufw set it so: iptables -P FORWARD ACCEPT" forwards
}

forwards() { ! iptables -S FORWARD | grep -x -- '-P FORWARD DROP' >/dev/null; }
