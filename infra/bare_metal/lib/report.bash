# How steps and checks speak.
problems=0

say() { printf '%s\n' "$*"; }

die() { # WHAT TO_DO
  printf 'error: %s\n  to do: %s\n' "$1" "$2" >&2
  exit 1
}

ok() { printf 'ok      %s\n' "$1"; }

not_ok() { # WHAT TO_DO
  printf 'not ok  %s\n        to do: %s\n' "$1" "$2"
  problems=$((problems + 1))
}

expect() { # WHAT TO_DO COMMAND...
  local what=$1 to_do=$2
  shift 2
  if "$@" >/dev/null 2>&1; then ok "$what"; else not_ok "$what" "$to_do"; fi
}
