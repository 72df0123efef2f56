# Files from upstream. We know of no published checksums of these manifests, so the first sight of a file is
# remembered in `checksums` (commit it) and a file that differs later is refused, as ssh does with hosts.
checksums=${CHECKSUMS:-$here/checksums}

download() { # ADDRESS FILE
  curl --fail --silent --show-error --location --retry 3 --output "$2" "$1" ||
    die "could not download $1" "does this machine reach it? Behind a mirror: infra/bare_metal/sources.bash"
}

remembered_checksum() { [ ! -f "$checksums" ] || awk -v address="$1" '$2 == address { print $1 }' "$checksums"; }

download_verified() { # ADDRESS FILE
  local seen remembered
  download "$1" "$2"
  seen=$(sha256sum "$2" | cut -d ' ' -f 1) remembered=$(remembered_checksum "$1")
  if [ -z "$remembered" ]; then
    say "first sight of $1: sha256 $seen, remembered in $checksums"
    printf '%s  %s\n' "$seen" "$1" >>"$checksums"
  elif [ "$seen" != "$remembered" ]; then
    rm -f "$2"
    die "$1 has sha256 $seen, remembered is $remembered" "find out why it changed before removing its line from $checksums"
  fi
}
