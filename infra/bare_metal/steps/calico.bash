# The pod network by Calico: NetworkPolicies are enforced, machines may be on several network segments.
# On: the control plane. Instead of: routes and bridge-network.
apply() {
  need_cluster
  [ ! -e "$(path /etc/cni/net.d/10-bridge.conflist)" ] || die "the pod network is bridge-network" "one of the two: remove /etc/cni/net.d/10-bridge.conflist on every machine"
  apply_release bare-metal-calico "$CALICO_MANIFEST"
  wait_ready kube-system daemonset/calico-node deployment/calico-kube-controllers
}

check() {
  expect_ready kube-system calico-kube-controllers
  expect "calico-node is ready on every node" \
    "kubectl -n kube-system get pods -l k8s-app=calico-node -o wide; 'BIRD is not ready': set IP_AUTODETECTION_METHOD, open TCP 179 and IP protocol 4" \
    kubectl -n kube-system rollout status daemonset/calico-node --timeout 1s
}
