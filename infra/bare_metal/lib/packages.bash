# Debian packages.
installed_version() { # PACKAGE: empty where it is not installed
  { dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null || true; } | sed -n 's/^installed //p'
}

# Here and elsewhere grep reads to the end: with -q and pipefail, the writer that is cut off would fail the line.
is_held() { apt-mark showhold | grep -x "$1" >/dev/null; }

need_kubeadm() {
  $dry_run || command -v kubeadm >/dev/null || die "kubeadm is not installed" "cluster prerequisites"
}

ensure_packages() { # PACKAGE...
  local missing=() package
  for package in "$@"; do [ -n "$(installed_version "$package")" ] || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  run apt-get update -qq
  run_or_explain "apt-cache policy ${missing[*]}: is a package source missing or out of reach?" \
    env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

install_pinned() { # VERSION PACKAGE...: exactly that version, held
  local version=$1 wanted=() package
  shift
  for package in "$@"; do
    [[ $(installed_version "$package") == "$version"-* ]] || { wanted+=("$package=$version-*") && written[/usr/bin/$package]=yes; }
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    run apt-get update -qq
    run_or_explain "does the package source have it? apt-cache madison ${wanted[0]%%=*}; versions: infra/bare_metal/versions.bash" \
      env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --allow-change-held-packages "${wanted[@]}"
  fi
  for package in "$@"; do is_held "$package" || run apt-mark hold "$package"; done
}

kubernetes_source() { # the package source of KUBERNETES_VERSION's minor, and the key that signs it
  local key=/etc/apt/keyrings/kubernetes.asc
  has_expected_key "$(path "$key")" || fetch_key "$key"
  put_file /etc/apt/sources.list.d/kubernetes.list <<<"deb [signed-by=$key] $KUBERNETES_PACKAGES/ /"
}

has_expected_key() { # FILE
  [ -f "$1" ] && gpg --show-keys --with-colons "$1" 2>/dev/null | grep "^fpr:.*:$KUBERNETES_KEY_FINGERPRINT:" >/dev/null
}

fetch_key() { # PATH
  if $dry_run; then run download "$KUBERNETES_KEY" "$(path "$1")" && return; fi
  local new
  new=$(mktemp)
  download "$KUBERNETES_KEY" "$new"
  has_expected_key "$new" || die "the key at $KUBERNETES_KEY is not $KUBERNETES_KEY_FINGERPRINT" \
    "compare with the Kubernetes documentation; only if it says so, set KUBERNETES_KEY_FINGERPRINT"
  put_file "$1" <"$new"
  rm -f "$new"
}
