# The cluster's API. Each caller of `apply_manifest` owns the fields that it sets (server-side apply), nothing else.
kubectl_answers() { kubectl get --raw /readyz >/dev/null 2>&1; }

need_cluster() {
  $dry_run || kubectl_answers || die "no cluster answers at $KUBECONFIG" "run this on the control plane as root, or set KUBECONFIG"
}

apply_manifest() { # OWNER KUBECTL_FILE_OPTION...: as in -f FILE or -k FOLDER; nothing where the cluster holds it already
  local owner=$1
  shift
  local options=(--server-side --force-conflicts --field-manager="$owner" "$@")
  kubectl diff "${options[@]}" >/dev/null 2>&1 || run kubectl apply "${options[@]}"
}

# A release is applied once: its controllers fill what its manifest leaves empty (rules of webhooks and of aggregated
# roles), and applying it again would empty that for a moment. What was applied is kept in the ConfigMap kube-system/bare-metal.
apply_release() { # OWNER ADDRESS [SED_EXPRESSION]: a manifest from upstream, edited where an expression is given
  local owner=$1 address=$2 expression=${3:-} name file
  if $dry_run; then say "would download and apply: $address" && changes=$((changes + 1)) && return; fi
  name=$(basename "$address" .yaml) file=$(mktemp --suffix .yaml)
  download_verified "$address" "$file"
  [ -z "$expression" ] || sed -i "$expression" "$file"
  if ! is_applied "$name" "$file"; then
    run kubectl apply --server-side --force-conflicts --field-manager="$owner" -f "$file"
    remember_applied "$name" "$file"
  fi
  rm -f "$file"
}

checksum_of() { sha256sum "$1" | cut -d ' ' -f 1; }

is_applied() { # NAME FILE: with this content, and nothing of it was deleted since
  [ "$(kubectl -n kube-system get configmap bare-metal --output "jsonpath={.data.$1}" 2>/dev/null)" = "$(checksum_of "$2")" ] &&
    kubectl get -f "$2" >/dev/null 2>&1
}

remember_applied() { # NAME FILE
  printf '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bare-metal", "namespace": "kube-system"}, "data": {"%s": "%s"}}' \
    "$1" "$(checksum_of "$2")" | kubectl apply --server-side --field-manager="bare-metal-$1" -f - >/dev/null
}

wait_ready() { # NAMESPACE KIND/NAME...
  local namespace=$1 workload
  shift
  $dry_run && return
  for workload in "$@"; do
    kubectl -n "$namespace" rollout status "$workload" --timeout "${READY_TIMEOUT_S}s" >/dev/null ||
      die "$workload in $namespace is not ready after $READY_TIMEOUT_S s" "kubectl -n $namespace describe $workload; kubectl -n $namespace get events"
  done
}

expect_ready() { # NAMESPACE DEPLOYMENT... : for checks
  local namespace=$1 deployment
  shift
  for deployment in "$@"; do
    expect "$deployment in $namespace is available" "kubectl -n $namespace describe deployment $deployment" \
      kubectl -n "$namespace" wait --for condition=Available "deployment/$deployment" --timeout 1s
  done
}

expect_node_ready() { # NODE
  expect "node $1 is Ready" "kubectl describe node $1; on $1: journalctl -u kubelet; no pod network yet? cluster calico" \
    kubectl wait --for condition=Ready "node/$1" --timeout 1s
}
