# Knative Serving with Kourier, and Eventing with the in-memory channel and the channel-based Broker; manifests/knative-config.yaml.
# On: the control plane. Needs a pod network.
apply() {
  need_cluster
  install_serving
  install_eventing
}

check() {
  expect_ready knative-serving activator autoscaler controller webhook net-kourier-controller
  expect_ready kourier-system 3scale-kourier-gateway
  expect_ready knative-eventing eventing-controller eventing-webhook imc-controller imc-dispatcher mt-broker-controller mt-broker-ingress mt-broker-filter
  expect "affinity is enabled" "cluster knative" feature_is_enabled podspec-affinity
  expect "Kourier is the ingress" "cluster knative" kourier_is_ingress
}

install_serving() {
  local file
  apply_release bare-metal-knative "$KNATIVE_SERVING_RELEASE/serving-crds.yaml"
  wait_established
  for file in "$KNATIVE_SERVING_RELEASE/serving-core.yaml" "$KOURIER_RELEASE/kourier.yaml"; do apply_release bare-metal-knative "$file"; done
  # The webhook judges the configuration, so it must be there first.
  wait_ready knative-serving deployment/webhook
  file=$(mktemp --suffix .yaml)
  fill "$here/manifests/knative-config.yaml" KNATIVE_DOMAIN >"$file"
  apply_manifest bare-metal-knative-config -f "$file"
  rm -f "$file"
  wait_ready knative-serving deployment/{activator,autoscaler,controller,net-kourier-controller}
  wait_ready kourier-system deployment/3scale-kourier-gateway
}

install_eventing() {
  local file
  apply_release bare-metal-knative "$KNATIVE_EVENTING_RELEASE/eventing-crds.yaml"
  wait_established
  for file in eventing-core in-memory-channel mt-channel-broker; do apply_release bare-metal-knative "$KNATIVE_EVENTING_RELEASE/$file.yaml"; done
  wait_ready knative-eventing deployment/{eventing-controller,eventing-webhook,imc-controller,imc-dispatcher,mt-broker-controller,mt-broker-ingress,mt-broker-filter}
}

wait_established() {
  $dry_run || kubectl wait --for condition=Established crd --selector knative.dev/crd-install=true --timeout "${READY_TIMEOUT_S}s" >/dev/null
}

feature_is_enabled() {
  [ "$(kubectl -n knative-serving get configmap config-features --output "jsonpath={.data.kubernetes\.$1}")" = enabled ]
}

kourier_is_ingress() {
  [ "$(kubectl -n knative-serving get configmap config-network --output 'jsonpath={.data.ingress-class}')" = kourier.ingress.networking.knative.dev ]
}
