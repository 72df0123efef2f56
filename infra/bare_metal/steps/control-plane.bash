# Makes this machine the control plane: kubeadm init with templates/kubeadm-init.yaml (or KUBEADM_INIT_TEMPLATE).
# On: the control plane, after prerequisites. Then: calico, or routes and bridge-network.
apply() {
  if [ -f "$(path /etc/kubernetes/admin.conf)" ]; then return; fi
  need_kubeadm
  [ -n "$ADDRESS" ] || die "this machine's address is not known" "set ADDRESS to the IPv4 address that the other machines reach"
  fill "$KUBEADM_INIT_TEMPLATE" ADDRESS NODE_NAME KUBERNETES_VERSION CONTROL_PLANE_ENDPOINT POD_SUBNET SERVICE_SUBNET |
    put_file /etc/kubernetes/kubeadm-init.yaml
  # shellcheck disable=SC2086 # KUBEADM_OPTIONS holds several words
  run_or_explain "read kubeadm's lines above and 'cluster check prerequisites'; a half-made control plane: 'cluster reset --yes', then again" \
    kubeadm init --config "$(path /etc/kubernetes/kubeadm-init.yaml)" --skip-token-print $KUBEADM_OPTIONS
  say "next: a pod network (cluster calico); then cluster add-node for each machine"
}

check() {
  expect "the kubelet runs" "journalctl -u kubelet: swap, or another cgroup driver than containerd's, are the usual causes" systemctl is-active kubelet
  expect "the API server answers" "crictl ps -a; crictl logs of kube-apiserver and etcd; is the disk full?" kubectl_answers
  expect "the certificates are valid for 30 days more" "kubeadm certs renew all, then restart the control plane's pods (an upgrade renews them too)" certificates_last
  expect_node_ready "$NODE_NAME"
  expect_ready kube-system coredns
}

certificates_last() { # 30 days
  openssl x509 -checkend 2592000 -noout -in "$(path /etc/kubernetes/pki/apiserver.crt)"
}
