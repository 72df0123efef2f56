# Lets a node take pods again.
# On: the control plane.
# Arguments: NODE
apply() {
  need_cluster
  [ -n "${1:-}" ] || die "uncordon which node?" "kubectl get nodes"
  if [ "$(kubectl get node "$1" --output 'jsonpath={.spec.unschedulable}' 2>/dev/null)" = true ] || $dry_run; then run kubectl uncordon "$1"; fi
}

check() { expect "the nodes can be listed" "KUBECONFIG" kubectl get nodes; }
