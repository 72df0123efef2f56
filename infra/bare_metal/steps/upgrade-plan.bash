# What an upgrade to the version in `versions.bash` would do; changes nothing in the cluster.
# On: the control plane.
apply() {
  need_cluster
  # shellcheck disable=SC2086 # KUBEADM_OPTIONS holds several words
  kubeadm upgrade plan "v$KUBERNETES_VERSION" $KUBEADM_OPTIONS ||
    die "kubeadm finds the cluster not fit for an upgrade" "mend what it names; CreateJob: a worker that takes pods must be Ready and uncordoned"
}

check() { expect "the API server answers" "journalctl -u kubelet" kubectl_answers; }
