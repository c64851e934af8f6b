#!/bin/sh
# Random clicks, wheel turns, drags and keys on the real window for some minutes:
#   sh tools/soak.sh MINUTES [PICTURE…]
# Fails on a crash, on an error of Fyne, and if memory use grows by more than half
# after the first fifth of the time. Prints memory use once a minute.
set -eu
cd "$(dirname "$0")/.."
. tools/display.sh
minutes=${1:-30}; [ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- "$PWD"/resources/samples/*.png
work=$(mktemp -d)
app=
finish() { [ -z "$app" ] || kill "$app" 2>/dev/null || :; stop_display; rm -rf "$work"; }
trap finish EXIT

[ -x build/smoke/descry ] || go build -o build/smoke/descry .
start_display 1280x800
export DESCRY_HOME="$work/home" DESCRY_ORT="$PWD/bin"
build/smoke/descry --measure "$work/measured" "$@" >"$work/log" 2>&1 &
app=$!
wait_for 60 "$work/measured" '"event":"caption"' || { cat "$work/log"; exit 1; }
window=$(xdotool search --onlyvisible --name Descry | head -n 1)
act() { xdotool "$@" 2>/dev/null || alive; }
alive() { kill -0 "$app" 2>/dev/null || { echo "the program ended by itself after $count actions" >&2; cat "$work/log"; exit 1; }; }
memory() { awk '/^VmRSS/ {print int($2/1024)}' "/proc/$app/status"; }
end=$(($(date +%s) + minutes * 60)); next=0; first=; count=0
settled=$(($(date +%s) + minutes * 12))
random() { awk -v n="$1" -v s="$(od -An -N4 -tu4 /dev/urandom)" 'BEGIN {print s % n}'; }
keys="o b l m c h i 0 1 plus minus Left Right Escape F1 Escape ctrl+r ctrl+z Tab Down Up Escape ctrl+comma Escape Left Right"
number=$(echo $keys | wc -w)
while [ "$(date +%s)" -lt "$end" ]; do
  alive
  case $(random 5) in
  0) act mousemove "$(random 1280)" "$(random 740)" click 1 ;;
  1) act mousemove "$(random 920)" "$((60 + $(random 640)))" click --repeat 3 "$((4 + $(random 2)))" ;;
  2) act mousemove "$(random 900)" "$((60 + $(random 600)))" mousedown 1 mousemove "$(random 900)" "$((60 + $(random 600)))" mouseup 1 ;;
  *) act key --window "$window" "$(echo $keys | cut -d' ' -f$((1 + $(random "$number"))))" ;;
  esac
  count=$((count + 1))
  now=$(date +%s)
  if [ "$now" -ge "$next" ]; then
    next=$((now + 60)); use=$(memory)
    echo "$count actions, $use MB"
    [ -n "$first" ] || [ "$now" -lt "$settled" ] || first=$use
  fi
done
last=$(memory)
xdotool key --window "$window" Escape key --window "$window" Escape
close_window "$window"
left=100
while kill -0 "$app" 2>/dev/null; do left=$((left - 1)); [ "$left" -gt 0 ] || break; sleep 0.1; done
kill -0 "$app" 2>/dev/null && { echo "Ctrl+Q did not end the program" >&2; exit 1; }
app=
if grep -E "Error in Fyne call thread|panic|fatal error" "$work/log"; then exit 1; fi
tail -n 5 "$work/measured"
echo "$count actions in $minutes minutes, from ${first:-$last} MB to $last MB"
[ "$last" -le $((${first:-$last} * 3 / 2 + 50)) ] || { echo "memory grew" >&2; exit 1; }
