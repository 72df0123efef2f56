# The private registry (infra/registry) on the control plane: keys and password, TLS, storage, weekly garbage collection.
# On: the control plane. Then registry-trust on every machine, pull-secret for each namespace, knative-registry-trust.
apply() {
  need_cluster
  make_secrets
  make_storage
  apply_registry_secret
  apply_manifest bare-metal-registry -k "$REGISTRY_KUSTOMIZATION"
  wait_ready registry deployment/registry
  put_file /etc/systemd/system/registry-collect.service <"$here/templates/registry-collect.service"
  put_file /etc/systemd/system/registry-collect.timer <"$here/templates/registry-collect.timer"
  if [ -n "${written[/etc/systemd/system/registry-collect.timer]:-}" ]; then run systemctl daemon-reload; fi
  systemctl is-active --quiet registry-collect.timer || run systemctl enable --now registry-collect.timer
  say "next, on every machine: copy $REGISTRY_SECRETS/ca.crt there; cluster registry-trust $REGISTRY_HOST ca.crt"
}

check() {
  local folder
  folder=$(path "$REGISTRY_SECRETS")
  expect_ready registry registry
  expect "the certificate is valid for 30 days more" "cluster registry renews it, then kubectl -n registry rollout restart deployment/registry" \
    openssl x509 -checkend 2592000 -noout -in "$folder/tls.crt"
  expect "strangers are refused" "is the Secret registry/registry there? cluster registry" refuses_strangers "$folder"
  expect "the password is taken" "cluster registry" takes_password "$folder"
  expect "garbage is collected weekly" "systemctl status registry-collect.timer" systemctl is-active registry-collect.timer
}

make_secrets() {
  local folder
  folder=$(path "$REGISTRY_SECRETS")
  "$here/../registry/secrets" check "$folder" "$REGISTRY_HOST" "$REGISTRY_USER" || run "$here/../registry/secrets" make "$folder" "$REGISTRY_HOST" "$REGISTRY_USER"
}

make_storage() { # of the kustomization `control-plane`; the user is the pod's
  local folder
  folder=$(path /srv/registry)
  [ -d "$folder" ] || run install -d -m 700 -o 10001 -g 10001 "$folder"
}

apply_registry_secret() {
  if $dry_run; then say "would apply: Secret registry/registry" && changes=$((changes + 1)) && return; fi
  local file folder
  file=$(mktemp --suffix .yaml) folder=$(path "$REGISTRY_SECRETS")
  kubectl create namespace registry --dry-run=client --output yaml | kubectl apply --server-side -f - >/dev/null
  kubectl -n registry create secret generic registry --dry-run=client --output yaml \
    --from-file "$folder/tls.crt" --from-file "$folder/tls.key" --from-file "$folder/htpasswd" >"$file"
  apply_manifest bare-metal-registry-secret -f "$file"
  rm -f "$file"
}

refuses_strangers() { # FOLDER
  [ "$(curl --silent --cacert "$1/ca.crt" --output /dev/null --write-out '%{http_code}' "https://$REGISTRY_HOST/v2/")" = 401 ]
}

takes_password() { # FOLDER
  curl --silent --fail --cacert "$1/ca.crt" --netrc-file "$1/netrc" "https://$REGISTRY_HOST/v2/"
}
