#!/bin/sh
# Compares Descry with the official code at full size: builds the models and the
# official code's results (in build/fidelity, 7 GB; takes hours on a small machine;
# can be interrupted and restarted), then runs Descry on the same pictures and writes
# docs/fidelity.md. Arguments select models by name.
set -eu
cd "$(dirname "$0")/../.."
python=$(sh tools/reference/venv.sh)
nice "$python" -W ignore tools/reference/full/build.py "$@"
out=docs/fidelity.md
[ $# -eq 0 ] || out=
nice go run ./tools/fidelity -ort "${DESCRY_ORT:-bin}" -out "$out" "$@"
