#!/bin/sh
# Checks a card on a machine that has one: lists devices, runs each graph and whole
# pictures on the card and on the processor, and forces failures. Needs neither
# network nor compiler:
#
#   tools/gpucheck.sh LIBRARY_FOLDER [GPUCHECK] [WEIGHTS_FOLDER] [PARTS]
#
# LIBRARY_FOLDER holds libonnxruntime.so.1 and libonnxruntime_providers_cuda.so (and
# _shared.so). GPUCHECK is the program, built with
#   CGO_ENABLED=1 go build -o bin/gpucheck ./tools/gpucheck
# (default: bin/gpucheck). The weights (1.4 GB) are generated in WEIGHTS_FOLDER unless
# they exist. PARTS are some of: devices graphs pictures fallbacks.
set -u
lib=${1:?the folder with libonnxruntime.so.1}
check=${2:-$(dirname "$0")/../bin/gpucheck}
weights=${3:-${TMPDIR:-/tmp}/gpucheck-weights}
parts=${4:-devices graphs pictures fallbacks}

if command -v nvidia-smi >/dev/null; then
	nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used --format=csv,noheader
else
	echo "no nvidia-smi"
fi
for so in libcudart.so libcublas.so libcublasLt.so libcurand.so libcufft.so libcudnn.so; do
	ldconfig -p 2>/dev/null | grep -o "$so\.[0-9]* .*=> .*" | head -1
done
[ -f "$weights/descry.json" ] || { start=$(date +%s); "$check" weights "$weights" || exit 1; echo "weights made in $(($(date +%s) - start)) s"; }
for part in $parts; do
	echo "== $part"
	start=$(date +%s)
	if [ "$part" = devices ]; then "$check" devices "$lib"; else "$check" "$part" "$lib" "$weights"; fi || echo "$part: FAILED"
	echo "   ($(($(date +%s) - start)) s)"
done
