# Prints the table that bridge-network needs: a line for each node with its name, address and pod subnet.
# On: the control plane. cluster routes > routes
apply() {
  kubectl get nodes --output jsonpath='{range .items[*]}{.metadata.name}{"\t"}{.status.addresses[?(@.type=="InternalIP")].address}{"\t"}{.spec.podCIDR}{"\n"}{end}'
}

check() {
  expect "every node has a pod subnet" "kubeadm init without networking.podSubnet: set --allocate-node-cidrs and --cluster-cidr of kube-controller-manager" every_node_has_subnet
}

every_node_has_subnet() { ! kubectl get nodes --output jsonpath='{range .items[*]}{.spec.podCIDR}{"\n"}{end}' | grep '^$' >/dev/null; }
