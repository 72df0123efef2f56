# Takes a node out of the cluster: empties and deletes it. Then, on that machine: cluster reset --yes
# On: the control plane.
# Arguments: NODE
apply() {
  need_cluster
  local node=${1:-}
  [ -n "$node" ] || die "remove which node?" "kubectl get nodes"
  if ! $dry_run && ! kubectl get node "$node" >/dev/null 2>&1; then return; fi
  refuse_control_plane "$node"
  refuse_sunny "$node"
  run_or_explain "mend what holds its pods (kubectl get pdb -A; pods of no controller: delete them), or where the machine is dead for good: kubectl delete node $node" \
    kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout "${DRAIN_TIMEOUT_S}s"
  run kubectl delete node "$node"
  say "next, on $node: cluster reset --yes; take $node out of PARKS in knative/base/config.yaml; bridge-network: cluster routes, again on every machine"
}

check() { expect "the nodes can be listed" "KUBECONFIG" kubectl get nodes; }

has_label() { # NODE LABEL
  kubectl get nodes --selector "$2" --output name 2>/dev/null | grep -x "node/$1" >/dev/null
}

refuse_control_plane() { # NODE
  ! has_label "$1" node-role.kubernetes.io/control-plane || die "$1 is the control plane" "the cluster ends with it: cluster reset --yes on every machine"
}

refuse_sunny() { # NODE: there is never a moment without a sunny node
  ! has_label "$1" sunny=1 || die "$1 is the sunny node" "choose another first: POST /rest/labelNode/OTHER (relabel), or wait for the sun"
}
