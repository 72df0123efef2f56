# What `kubectl top` and the dashboard's node metrics read.
# On: the control plane.
apply() {
  need_cluster
  # kubeadm's kubelets sign their own certificates, so the connection is encrypted but the kubelet is not verified.
  apply_release bare-metal-metrics-server "$METRICS_SERVER_MANIFEST" \
    's/^\( *\)- --metric-resolution=.*/&\n\1- --kubelet-insecure-tls/'
  wait_ready kube-system deployment/metrics-server
}

check() {
  expect_ready kube-system metrics-server
  expect "metrics are served" "kubectl describe apiservice v1beta1.metrics.k8s.io: pods that do not reach the kubelets' port 10250 are the usual cause" \
    kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes
}
