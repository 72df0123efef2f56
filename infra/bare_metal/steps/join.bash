# Joins this machine to a cluster. `cluster add-node` on the control plane prints the three arguments.
# On: each worker, after prerequisites.
# Arguments: ENDPOINT TOKEN HASH
apply() {
  if [ -f "$(path /etc/kubernetes/kubelet.conf)" ]; then return; fi
  [ $# = 3 ] || die "join needs ENDPOINT TOKEN HASH" "'cluster add-node' on the control plane prints them"
  need_kubeadm
  local ENDPOINT=$1 TOKEN=$2 HASH=$3
  fill "$KUBEADM_JOIN_TEMPLATE" ENDPOINT TOKEN HASH NODE_NAME ADDRESS | put_file /etc/kubernetes/kubeadm-join.yaml 600
  # shellcheck disable=SC2086 # KUBEADM_OPTIONS holds several words
  run_or_explain "is $1 reached from here (curl -k https://$1/livez)? token too old: cluster add-node; the clocks agree? joined before: cluster reset --yes here and cluster remove-node $NODE_NAME there" \
    kubeadm join --config "$(path /etc/kubernetes/kubeadm-join.yaml)" $KUBEADM_OPTIONS
}

check() {
  expect "this machine has joined" "cluster join" test -f "$(path /etc/kubernetes/kubelet.conf)"
  expect "the kubelet runs" "journalctl -u kubelet" systemctl is-active kubelet
  expect "a pod network is configured" "calico: kubectl -n kube-system get pods -o wide; else: cluster bridge-network" has_pod_network
}

has_pod_network() { compgen -G "$(path /etc/cni/net.d)/*.conf*"; }
