# Undoes control-plane or join on this machine, for good: the control plane's etcd is deleted. Packages and sysctls stay.
# On: any machine; a worker after remove-node.
# Arguments: --yes
apply() {
  $dry_run || [ "${1:-}" = --yes ] || die "reset deletes the cluster's state on this machine" "cluster reset --yes; look first: cluster reset --dry-run"
  if has_remains; then run kubeadm reset --force; fi
  local name
  for name in "$(path /etc/cni/net.d)"/*.conf* "$(path /etc/kubernetes)"/kubeadm-*.yaml; do [ ! -e "$name" ] || run rm -f "$name"; done
  if [ -e "$(path /etc/systemd/system/pod-routes.service)" ]; then
    run systemctl disable --now pod-routes
    remove_file /etc/systemd/system/pod-routes.service
  fi
  for name in cni0 tunl0 vxlan.calico; do ! ip link show "$name" >/dev/null 2>&1 || run ip link delete "$name"; done
  if [ "$changes" != 0 ]; then say "reboot: kube-proxy's and the pod network's packet filter rules and routes end with it"; fi
}

check() {
  if has_remains; then not_ok "nothing of a cluster is left" "cluster reset --yes"; else ok "nothing of a cluster is left"; fi
}

has_remains() { # also those of an init or join that failed half-way
  local folder name
  folder=$(path /etc/kubernetes)
  for name in "$folder"/{kubelet.conf,bootstrap-kubelet.conf,pki/ca.crt} "$folder"/manifests/*.yaml; do
    if [ -e "$name" ]; then return 0; fi
  done
  return 1
}
