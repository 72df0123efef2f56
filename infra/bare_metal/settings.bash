# What may differ from one cluster to another. Each can be set in the environment instead.
: "${NODE_NAME:=$(hostname | tr '[:upper:]' '[:lower:]')}"
: "${ADDRESS:=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)}" # IPv4 address of this machine that the other machines reach
: "${CONTROL_PLANE_ENDPOINT:=$ADDRESS:6443}"                  # what nodes dial; a name or virtual address allows more control planes later
: "${POD_SUBNET:=10.244.0.0/16}"
: "${SERVICE_SUBNET:=10.96.0.0/12}"
: "${KNATIVE_DOMAIN:=knative.internal}" # Knative Services are NAME.NAMESPACE.KNATIVE_DOMAIN
: "${REGISTRY_HOST:=$ADDRESS:30500}"    # the private registry as nodes and the Knative controller dial it
: "${REGISTRY_USER:=ahorrater}"
: "${REGISTRY_SECRETS:=/etc/ahorrater/registry}" # its keys and password, readable by root alone, never in git
: "${REGISTRY_KUSTOMIZATION:=$here/../registry/control-plane}"
: "${KUBEADM_INIT_TEMPLATE:=$here/templates/kubeadm-init.yaml}"
: "${KUBEADM_JOIN_TEMPLATE:=$here/templates/kubeadm-join.yaml}"
: "${KUBEADM_OPTIONS:=}" # further words for kubeadm init, join and upgrade
: "${DRAIN_TIMEOUT_S:=660}" # more than the 600 s that a pod of Knative (the activator) is given to end
: "${READY_TIMEOUT_S:=300}"
: "${KUBECONFIG:=/etc/kubernetes/admin.conf}"
export KUBECONFIG
