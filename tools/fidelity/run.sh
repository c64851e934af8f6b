#!/bin/sh
# Compares Descry with the official code at full size: builds the models and what
# the official code makes of the pictures (kept in build/fidelity, 7 GB; hours on a
# small machine; stop it and start it again as you like), then runs Descry on them
# and writes docs/fidelity.md. Names of models choose some.
set -eu
cd "$(dirname "$0")/../.."
python=$(sh tools/reference/venv.sh)
nice "$python" -W ignore tools/reference/full/build.py "$@"
out=docs/fidelity.md
[ $# -eq 0 ] || out=
nice go run ./tools/fidelity -ort "${DESCRY_ORT:-bin}" -out "$out" "$@"
