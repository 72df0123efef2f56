# What an upgrade to the version in `versions.bash` would do; changes nothing in the cluster.
# On: the control plane.
apply() {
  need_cluster
  kubeadm upgrade plan "v$KUBERNETES_VERSION"
}

check() { expect "the API server answers" "journalctl -u kubelet" kubectl_answers; }
