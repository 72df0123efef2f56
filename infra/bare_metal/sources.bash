# The one place that says where things are downloaded from. Behind a mirror, set these in the environment.
: "${KUBERNETES_PACKAGES:=https://pkgs.k8s.io/core:/stable:/v${KUBERNETES_VERSION%.*}/deb}"
: "${KUBERNETES_KEY:=$KUBERNETES_PACKAGES/Release.key}"
# Fingerprint of the key that signs the packages ("isv:kubernetes OBS Project"); any other is refused.
: "${KUBERNETES_KEY_FINGERPRINT:=DE15B14486CD377B9E876E1A234654DA9A296436}"
: "${RELEASES:=https://github.com}"
: "${RAW_FILES:=https://raw.githubusercontent.com}"
: "${CALICO_MANIFEST:=$RAW_FILES/projectcalico/calico/v$CALICO_VERSION/manifests/calico.yaml}"
: "${METRICS_SERVER_MANIFEST:=$RELEASES/kubernetes-sigs/metrics-server/releases/download/v$METRICS_SERVER_VERSION/components.yaml}"
: "${KNATIVE_SERVING_RELEASE:=$RELEASES/knative/serving/releases/download/knative-v$KNATIVE_SERVING_VERSION}"
: "${KNATIVE_EVENTING_RELEASE:=$RELEASES/knative/eventing/releases/download/knative-v$KNATIVE_EVENTING_VERSION}"
: "${KOURIER_RELEASE:=$RELEASES/knative-extensions/net-kourier/releases/download/knative-v$KOURIER_VERSION}"
