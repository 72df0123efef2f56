# Upgrades the control plane to the version in `versions.bash` (one minor at a time). Before: an etcd snapshot. Then each worker.
# On: the control plane.
apply() {
  need_cluster
  kubernetes_source
  install_pinned "$KUBERNETES_VERSION" kubeadm
  if [ "$(control_plane_version)" != "v$KUBERNETES_VERSION" ]; then
    # shellcheck disable=SC2086 # KUBEADM_OPTIONS holds several words
    run_or_explain "the control plane still runs the old version: read kubeadm's lines above; one minor at a time; every node Ready first" \
      kubeadm upgrade apply "v$KUBERNETES_VERSION" --yes $KUBEADM_OPTIONS
  fi
  install_pinned "$KUBERNETES_VERSION" kubelet kubectl
  restart_if_older kubelet /usr/bin/kubelet
}

check() {
  expect "the control plane is v$KUBERNETES_VERSION" "cluster upgrade-control-plane" is_upgraded
  expect "no kubelet is newer than the control plane" "upgrade the control plane first" no_kubelet_is_newer
}

control_plane_version() { kubectl get --raw /version 2>/dev/null | sed -n 's/.*"gitVersion": *"\([^"]*\)".*/\1/p'; }
is_upgraded() { [ "$(control_plane_version)" = "v$KUBERNETES_VERSION" ]; }

no_kubelet_is_newer() {
  local newest
  newest=$({ control_plane_version; kubectl get nodes --output 'jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion}{"\n"}{end}'; } | sort -V | tail -1)
  [ "$newest" = "$(control_plane_version)" ]
}
