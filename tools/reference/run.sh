#!/bin/sh
# Makes the reference files under testdata/ again, with the official
# implementations. Needs Python 3; packages go into build/reference-venv. On
# Debian 12, python3-torch and python3-torchvision are used when installed.
set -eu
cd "$(dirname "$0")/../.."
venv=build/reference-venv
if [ ! -x "$venv/bin/python" ]; then
  if python3 -c 'import torch, torchvision' 2>/dev/null; then
    python3 -m venv --system-site-packages "$venv"
    grep -v '^torch' tools/reference/requirements.txt >"$venv/requirements.txt"
  else
    python3 -m venv "$venv"
    cp tools/reference/requirements.txt "$venv/requirements.txt"
  fi
  "$venv/bin/pip" install -q -r "$venv/requirements.txt"
fi
for script in tools/reference/*.py; do
  echo "$script"
  "$venv/bin/python" "$script"
done
