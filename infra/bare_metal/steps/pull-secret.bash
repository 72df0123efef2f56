# Lets the pods of a namespace pull from the private registry: its Secret `registry-credentials`, named by every
# ServiceAccount there. Again after a ServiceAccount came.
# On: the control plane.
# Arguments: NAMESPACE
apply() {
  need_cluster
  local namespace=${1:-} account
  [ -n "$namespace" ] || die "pull-secret for which namespace?" "kubectl get namespaces"
  apply_credentials "$namespace"
  $dry_run && return
  for account in $(kubectl -n "$namespace" get serviceaccounts --output name); do
    names_credentials "$namespace" "$account" || run kubectl -n "$namespace" patch "$account" --patch '{"imagePullSecrets": [{"name": "registry-credentials"}]}'
  done
}

check() {
  expect "some namespace has the credentials" "cluster pull-secret NAMESPACE" \
    grep -q . <(kubectl get secrets --all-namespaces --field-selector metadata.name=registry-credentials --output name)
}

apply_credentials() { # NAMESPACE
  if $dry_run; then say "would apply: Secret $1/registry-credentials" && changes=$((changes + 1)) && return; fi
  local file folder
  file=$(mktemp --suffix .yaml) folder=$(path "$REGISTRY_SECRETS")
  "$here/../registry/secrets" docker-config "$folder" "$REGISTRY_HOST" "$REGISTRY_USER" |
    kubectl -n "$1" create secret generic registry-credentials --type kubernetes.io/dockerconfigjson \
      --from-file .dockerconfigjson=/dev/stdin --dry-run=client --output yaml >"$file"
  apply_manifest bare-metal-registry-credentials -f "$file"
  rm -f "$file"
}

names_credentials() { # NAMESPACE ACCOUNT
  kubectl -n "$1" get "$2" --output 'jsonpath={.imagePullSecrets[*].name}' | grep -w registry-credentials >/dev/null
}
