# The one place that says which versions the cluster gets. Each can be set in the environment instead.
# Knative 1.22 asks for Kubernetes 1.34 or later; Kubernetes 1.34 and 1.35 are the last that take containerd 1.x.
: "${KUBERNETES_VERSION:=1.34.4}"
: "${CALICO_VERSION:=3.31.3}"
: "${METRICS_SERVER_VERSION:=0.8.0}"
: "${KNATIVE_SERVING_VERSION:=1.22.0}"
: "${KNATIVE_EVENTING_VERSION:=1.22.0}"
: "${KOURIER_VERSION:=1.22.0}"
