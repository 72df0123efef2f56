# Prints what to run on a new machine for it to join; the token is valid for two hours.
# On: the control plane.
apply() {
  need_cluster
  if $dry_run; then run kubeadm token create --ttl 2h --print-join-command && return; fi
  local command
  command=$(kubeadm --kubeconfig "$KUBECONFIG" token create --ttl 2h --print-join-command 2>/dev/null)
  read -r _ _ endpoint _ token _ hash <<<"$command"
  say "on the new machine, as root:"
  say "  infra/bare_metal/cluster prerequisites"
  say "  infra/bare_metal/cluster join $endpoint $token $hash"
  say "then, where the pod network is bridge-network: cluster routes, and bridge-network on every machine"
}

check() {
  expect "cluster-info is published for those who join" "kubeadm init phase bootstrap-token" \
    kubectl -n kube-public get configmap cluster-info
}
