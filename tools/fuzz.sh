#!/bin/sh
# Runs every fuzz target for a short while: FUZZTIME=2m sh tools/fuzz.sh [PACKAGE…]
set -eu
export CGO_ENABLED=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
time=${FUZZTIME:-5s}
run() { go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$3" -fuzzminimizetime 10s >"$log" 2>&1; }
[ $# -gt 0 ] || set -- $(git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | xargs -n1 dirname | sort -u | sed 's,^,./,')
for package in "$@"; do
  for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go | sed 's/func //' | sort -u); do
    echo "fuzz $package $target $time"
    run "$package" "$target" "$time" && continue
    # When the time ends in the middle of an input, go test calls that a failure.
    # An input that really never ends would not let a counted run end either.
    if grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
      echo "  the time ended in the middle of an input: once more, counted"
      run "$package" "$target" 2000x && continue
    fi
    cat "$log"
    exit 1
  done
done
