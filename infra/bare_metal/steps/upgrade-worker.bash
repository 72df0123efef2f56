# Upgrades this worker to the version in `versions.bash`. On the control plane before: cluster drain NODE; after: cluster uncordon NODE.
# On: each worker, one at a time, after upgrade-control-plane.
apply() {
  kubernetes_source
  install_pinned "$KUBERNETES_VERSION" kubeadm
  if [[ $(installed_version kubelet) != "$KUBERNETES_VERSION"-* ]]; then
    run_or_explain "is the control plane upgraded and reached from here?" kubeadm upgrade node
  fi
  install_pinned "$KUBERNETES_VERSION" kubelet kubectl
  restart_if_older kubelet /usr/bin/kubelet
}

check() {
  local package
  for package in kubeadm kubelet kubectl; do
    expect "$package is $KUBERNETES_VERSION" "cluster upgrade-worker" is_version "$package"
  done
}

is_version() { [[ $(installed_version "$1") == "$KUBERNETES_VERSION"-* ]]; }
