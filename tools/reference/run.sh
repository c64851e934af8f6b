#!/bin/sh
# Regenerates the small reference files under testdata/ with the official
# implementations. Scripts that are only imported by others, or that make large
# files on request, do nothing here.
set -eu
cd "$(dirname "$0")/../.."
python=$(sh tools/reference/venv.sh)
for script in tools/reference/*.py; do
  echo "$script"
  "$python" -W ignore "$script"
done
