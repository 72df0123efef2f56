# Lets the controller of Knative Serving resolve tags to digests in the private registry: it is given the authority's certificate.
# On: the control plane, after knative and registry.
apply() {
  need_cluster
  if $dry_run; then say "would apply: ConfigMap knative-serving/registry-authority" && changes=$((changes + 1)); else apply_authority; fi
  apply_manifest bare-metal-registry-trust -f "$here/manifests/knative-registry-trust.yaml"
  wait_ready knative-serving deployment/controller
}

check() {
  expect "the controller has the authority's certificate" "cluster knative-registry-trust" controller_mounts_authority
  expect_ready knative-serving controller
}

apply_authority() {
  local file
  file=$(mktemp --suffix .yaml)
  kubectl -n knative-serving create configmap registry-authority --from-file "$(path "$REGISTRY_SECRETS")/ca.crt" --dry-run=client --output yaml >"$file"
  apply_manifest bare-metal-registry-trust -f "$file"
  rm -f "$file"
}

controller_mounts_authority() {
  kubectl -n knative-serving get deployment controller --output 'jsonpath={.spec.template.spec.volumes[*].name}' | grep -w registry-authority >/dev/null
}
