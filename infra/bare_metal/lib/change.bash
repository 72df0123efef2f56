# Everything that changes a machine goes through here: it is printed, counted and, in a dry run, left undone.
changes=0
dry_run=${dry_run:-false}
declare -A written=()

path() { printf '%s%s' "${ROOT:-}" "$1"; } # ROOT: work below another folder (an image being prepared, a test)

run() { # COMMAND...
  changes=$((changes + 1))
  if $dry_run; then say "would run: $*"; else
    say "running: $*"
    "$@"
  fi
}

run_or_explain() { # TO_DO COMMAND...
  local to_do=$1
  shift
  run "$@" || die "'$1 ${2:-}' failed" "$to_do"
}

put_file() { # PATH [MODE]: standard input becomes the file, unless that is what it holds already
  local name=$1 mode=${2:-644} file new
  file=$(path "$name") new=$(mktemp)
  cat >"$new"
  if ! cmp -s "$new" "$file" || [ "$(stat -c %a "$file")" != "$mode" ]; then
    changes=$((changes + 1)) written[$name]=yes
    if $dry_run; then say "would write: $name"; else say "writing: $name"; fi
    [ "$mode" != 644 ] || { diff -uN "$file" "$new" || true; } | sed -n '3,$s/^/    /p'
    $dry_run || install -D -m "$mode" "$new" "$file"
  fi
  rm -f "$new"
}

remove_file() { # PATH
  [ ! -e "$(path "$1")" ] || run rm -rf "$(path "$1")"
}

fill() { # TEMPLATE NAME...: the template with each @NAME@ replaced by the variable of that name
  local text name
  text=$(<"$1")
  shift
  for name in "$@"; do text=${text//@$name@/"${!name}"}; done
  printf '%s\n' "$text"
}

started_at() { # SERVICE: seconds since the epoch; 0 where it does not run
  if systemctl is-active --quiet "$1" 2>/dev/null; then
    date -d "$(systemctl show --property ActiveEnterTimestamp --value "$1")" +%s
  else
    echo 0
  fi
}

installed_at() { stat -c %Z "$(path "$1")" 2>/dev/null || echo 1; } # FILE: its last change, seconds since the epoch

restart_if_older() { # SERVICE FILE: so that an interrupted run is made good by the next
  if [ -n "${written[$2]:-}" ] || [ "$(installed_at "$2")" -gt "$(started_at "$1")" ]; then
    run systemctl restart "$1"
  fi
}

enable_service() { # SERVICE
  systemctl is-enabled --quiet "$1" 2>/dev/null || run systemctl enable "$1"
}
