# Empties a node before work on it; Pod Disruption Budgets are respected, AhorraTER moves what follows the sun by itself.
# On: the control plane.
# Arguments: NODE
apply() {
  need_cluster
  local node=${1:-}
  [ -n "$node" ] || die "drain which node?" "kubectl get nodes"
  if is_drained "$node"; then return; fi
  run_or_explain "a budget that allows no eviction (kubectl get pdb -A), a pod that does not end, or one of no controller (it would be lost: delete it yourself): mend that, then again; undo: cluster uncordon $node" \
    kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout "${DRAIN_TIMEOUT_S}s"
}

check() {
  expect "no node is left cordoned" "cluster uncordon NODE" none_is_cordoned
}

is_drained() { # NODE
  [ "$(kubectl get node "$1" --output 'jsonpath={.spec.unschedulable}' 2>/dev/null)" = true ] && [ -z "$(evictable_pods "$1")" ]
}

evictable_pods() { # NODE: neither of a DaemonSet nor static
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$1" \
    --output 'jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind}{" "}{.metadata.name}{"\n"}{end}' | grep -vE '^(DaemonSet|Node) ' || true
}

none_is_cordoned() { [ -z "$(kubectl get nodes --output 'jsonpath={.items[?(@.spec.unschedulable==true)].metadata.name}')" ]; }
