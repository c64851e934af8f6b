#!/bin/sh
# Makes the small reference files under testdata/ again, with the official
# implementations. Scripts that only others import, or that make large files when
# asked to, do nothing here.
set -eu
cd "$(dirname "$0")/../.."
python=$(sh tools/reference/venv.sh)
for script in tools/reference/*.py; do
  echo "$script"
  "$python" -W ignore "$script"
done
