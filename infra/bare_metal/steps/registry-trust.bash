# Lets containerd on this machine pull from the private registry over TLS: its authority goes to /etc/containerd/certs.d.
# On: every machine; containerd reads it at the next pull, no restart.
# Arguments: HOST:PORT CA_CERTIFICATE
apply() {
  [ -f "${2:-}" ] || die "registry-trust needs HOST:PORT and the file of the authority's certificate" "it is $REGISTRY_SECRETS/ca.crt on the control plane"
  openssl x509 -noout -in "$2" 2>/dev/null || die "$2 is no certificate" "copy $REGISTRY_SECRETS/ca.crt from the control plane"
  local HOST=$1
  put_file "/etc/containerd/certs.d/$1/ca.crt" <"$2"
  fill "$here/templates/hosts.toml" HOST | put_file "/etc/containerd/certs.d/$1/hosts.toml"
}

check() {
  local folder
  folder=$(path "/etc/containerd/certs.d/$REGISTRY_HOST")
  expect "containerd reads certs.d" "cluster prerequisites" grep -q 'config_path = "/etc/containerd/certs.d"' "$(path /etc/containerd/config.toml)"
  expect "the authority of $REGISTRY_HOST is known" "cluster registry-trust (set REGISTRY_HOST where this machine is not the control plane)" test -f "$folder/ca.crt"
  expect "the registry's certificate is of that authority" "renewed authority? cluster registry-trust again; another name? the certificate names REGISTRY_HOST only" \
    curl --silent --cacert "$folder/ca.crt" "https://$REGISTRY_HOST/v2/"
}
