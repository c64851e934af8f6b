#!/bin/sh
# Tests one real window under a virtual display: opens a sample, waits for the
# caption and the objects, presses keys, and looks for errors in the output.
# Built without the tag migrated_fynedo, so that Fyne reports calls from a wrong
# thread.
set -eu
cd "$(dirname "$0")/.."
. tools/display.sh
work=$(mktemp -d)
app=
finish() { [ -z "$app" ] || kill "$app" 2>/dev/null || :; stop_display; rm -rf "$work"; }
trap finish EXIT

mkdir -p build/smoke
go build -o build/smoke/descry .
start_display 1280x800
export DESCRY_HOME="$work/home" DESCRY_ORT="$PWD/bin"
measured="$work/measured"
build/smoke/descry --measure "$measured" "$PWD/resources/samples/dog-at-night.png" >"$work/log" 2>&1 &
app=$!
wait_for 30 "$measured" '"event":"window"' || { cat "$work/log"; exit 1; }
wait_for 60 "$measured" '"event":"caption"' || { cat "$work/log"; exit 1; }
wait_for 60 "$measured" '"event":"instances"' || { cat "$work/log"; exit 1; }
window=$(xdotool search --onlyvisible --name Descry | head -n 1)
[ -n "$window" ] || { echo "no window is called Descry" >&2; exit 1; }
xdotool windowfocus --sync "$window" 2>/dev/null || :
for key in o b l m c c h plus minus 1 0 i i F1 Escape; do
  xdotool key --window "$window" "$key"
done
wait_for 20 "$measured" '"event":"command","name":"shortcuts"' || { cat "$work/log" "$measured"; exit 1; }
import -window "$window" build/smoke/window.png
kill -0 "$app" || { echo "the program ended by itself" >&2; cat "$work/log"; exit 1; }
close_window "$window"
left=100
while kill -0 "$app" 2>/dev/null; do
  left=$((left - 1)); [ "$left" -gt 0 ] || { echo "Ctrl+Q did not end the program in 10 s" >&2; exit 1; }
  sleep 0.1
done
wait "$app" || { echo "the program ended with $?" >&2; cat "$work/log"; exit 1; }
app=
if grep -E "Error in Fyne call thread|panic|fatal error" "$work/log"; then exit 1; fi
cat "$measured"
echo "smoke test passed"
