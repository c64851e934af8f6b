#!/bin/sh
# Runs every fuzz target for a short while: FUZZTIME=2m sh tools/fuzz.sh [PACKAGE…]
set -eu
export CGO_ENABLED=0
log=$(mktemp)
trap "rm -f $log" EXIT
time=${FUZZTIME:-10s}
[ $# -gt 0 ] || set -- $(git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | xargs -n1 dirname | sort -u | sed 's,^,./,')
for package in "$@"; do
  for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go | sed 's/func //' | sort -u); do
    echo "fuzz $package $target $time"
    go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10s >"$log" 2>&1 || {
      cat "$log"; exit 1; }
  done
done
