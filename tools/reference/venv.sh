#!/bin/sh
# Makes build/reference-venv, a virtual environment with the pinned official
# implementations, and prints the path of its Python. It uses Debian's python3-torch
# if some installed Python, not necessarily the python3 of PATH, has it. Set PYTHON
# to choose one.
set -eu
cd "$(dirname "$0")/../.."
venv=build/reference-venv
pins=tools/reference/requirements.txt
stamp=$venv/made-from
if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && cmp -s "$stamp" "$pins"; then
  echo "$venv/bin/python"
  exit 0
fi

says() { "$1" -c "$2" >/dev/null 2>&1; }
torch='import torch, torchvision; assert torch.__version__.startswith("1.13.") and torchvision.__version__.startswith("0.14.1")'
version='import sys, venv, ensurepip; assert (3, 9) <= sys.version_info[:2] <= (3, 11)'
wheels='import sys; assert sys.version_info[:2] <= (3, 10)' # there is no torchvision 0.14.1 for 3.11
system='' own=''
for python in ${PYTHON:-python3 /usr/bin/python3 python3.11 python3.10 python3.9}; do
  command -v "$python" >/dev/null 2>&1 && says "$python" "$version" || continue
  if [ -z "$system" ] && says "$python" "$torch"; then system=$python; fi
  if [ -z "$own" ] && says "$python" "$wheels"; then own=$python; fi
done
rm -rf "$venv"
if [ -n "$system" ]; then
  echo "Using the torch and torchvision that $system has." >&2
  if says "$system" 'import torch; assert "BLAS_INFO=generic" in torch.__config__.show()' && ! ls /usr/lib/*/openblas-*/libblas.so.3 >/dev/null 2>&1; then
    echo "Its BLAS is the plain one: install libopenblas0, or expect matrices to take 25 times as long." >&2
  fi
  "$system" -m venv --system-site-packages "$venv"
  sed '1,/^# the mark/d' "$pins" >"$venv/pins"
elif [ -n "$own" ]; then
  echo "Installing torch for $own: about 2 GB to download, 5 GB on disk." >&2
  "$own" -m venv "$venv"
  cp "$pins" "$venv/pins"
else
  echo "The official implementations need Python 3.9 or 3.10 with venv, or one that has torch 1.13 (Debian 12: apt install python3-venv python3-torch python3-torchvision libopenblas0)." >&2
  exit 1
fi
"$venv/bin/pip" install -q --disable-pip-version-check -r "$venv/pins" >&2
"$venv/bin/python" -W ignore -c "$torch; import transformers, safetensors, onnx, pycocotools; assert transformers.__version__ == '4.30.2'"
cp "$pins" "$stamp"
echo "$venv/bin/python"
