#!/bin/sh
# The Models page of a real window, driven as a person would: a model is downloaded
# from a server on this machine, paused, resumed, used, removed; a wrong file is
# refused; the switch closes the network; closing while a set is downloaded asks,
# and the download goes on the next time.
# Needs what the smoke test needs (make setup-test). sh tools/models.sh [FOLDER FOR PICTURES]
set -eu
cd "$(dirname "$0")/.."
. tools/display.sh
work=$(mktemp -d)
app=; server=
finish() { for p in $app $server; do kill "$p" 2>/dev/null || :; done; stop_display; rm -rf "$work"; }
trap finish EXIT
fail() { shot failed; echo "$1" >&2; cat "$work/log" "$measured" >&2; exit 1; }

mkdir -p build/smoke
go build -o build/smoke/descry .
CGO_ENABLED=0 go build -o build/smoke/standin ./tools/standin
build/smoke/standin -address "$work/address" -catalogue "$work/catalogue.json" -rate 600000 >"$work/server" 2>&1 &
server=$!
measured="$work/none"
wait_for 10 "$work/address" http
export DESCRY_HOME="$work/home" DESCRY_ORT="${DESCRY_ORT:-$PWD/bin}" DESCRY_CATALOGUE="$work/catalogue.json" DESCRY_OFFLINE= HF_HOME="$work/hf" TORCH_HOME="$work/torch"
DESCRY_MIRROR=$(cat "$work/address"); export DESCRY_MIRROR
models="$work/home/cache/models"; settings="$work/home/config/settings.json"

# Where things are in a window of 1280 × 800.
full="536 99"; get="1098 753"; little="1132 434"; little_left="1055 434"; wrong="1132 488"; offline="797 755"; leave="692 474"; stay="808 474"

runs=0
begin() { # PICTURE…
  runs=$((runs + 1)); measured="$work/measured$runs"
  build/smoke/descry --measure "$measured" "$@" >"$work/log" 2>&1 &
  app=$!
  wait_for 60 "$measured" '"event":"window"' || fail "no window"
  window=$(xdotool search --onlyvisible --name Descry | head -n 1)
}
click() { xdotool mousemove $1 click 1; sleep 1.5; xdotool mousemove 3 790; sleep 0.3; }
page() { # the Models page, with the seconds that are reckoned when it opens first
  seen=$(grep -c '"name":"models"' "$measured" || :)
  xdotool key --window "$window" F3
  left=50
  until [ "$(grep -c '"name":"models"' "$measured")" -gt "$seen" ]; do
    left=$((left - 1)); [ "$left" -gt 0 ] || fail "the Models page does not open"
    sleep 0.2
  done
  sleep 3
}
press() { xdotool key --window "$window" "$1"; sleep 1; }
title() { xprop -id "$window" _NET_WM_NAME | cut -d'"' -f2; }
shows() { # SECONDS PATTERN: until the title fits
  left=$(($1 * 5))
  until title | grep -qE "$2"; do
    left=$((left - 1)); [ "$left" -gt 0 ] || fail "the title is \"$(title)\", not $2"
    sleep 0.2
  done
}
size() { find "$models/$1" -name '*.part' -exec stat -c %s {} + 2>/dev/null | sort -n | tail -n 1; }
shot() { [ -z "${pictures:-}" ] || import -window root "$pictures/$1.png"; }
pictures=${1:-}

start_display 1280x800
begin "$PWD/resources/samples/dog-at-night.png"
wait_for 60 "$measured" '"event":"classes"' || fail "the picture is not described"
sleep 3 # the other captions
page; click "$little"; shot offer; click "$get"
shows 20 '^[0-9]+ % – .*Descry$'; shot busy
click "$little"; shows 30 '^[^%]*Descry$'
paused=$(size little-blip); sleep 1
[ -n "$paused" ] && [ "$(size little-blip)" = "$paused" ] || fail "paused at $paused, then $(size little-blip) bytes"
shot paused
click "$little_left"; shows 20 '^[0-9]+ % – .*Descry$'
press Escape
wait_for 60 "$measured" '"event":"kept","name":"little-blip"' || fail "it does not arrive"
sleep 1; shot arrived
before=$(grep -c '"event":"caption"' "$measured")
press ctrl+shift+r
left=150
until [ "$(grep -c '"event":"caption"' "$measured")" -gt "$before" ]; do
  left=$((left - 1)); [ "$left" -gt 0 ] || fail "the picture is not described again"
  sleep 0.2
done
grep -q '"model": "caption=little-blip,instances=starter,classes=starter"' "$settings" || fail "the new model is not chosen: $(cat "$settings")"
page; click "$wrong"; click "$get"
wait_for 60 "$measured" '"event":"not-kept","name":"wrong-blip' || fail "a wrong file is taken"
[ -z "$(find "$models/wrong-blip" -name descry.json)" ] || fail "a wrong file is kept as a model"
sleep 1; shot wrong
click "$offline"; wait_for 5 "$settings" '"offline": true' || fail "it does not stay offline"
click "$offline"; wait_for 5 "$settings" '"offline": false' || fail "it stays offline"
click "$little"; sleep 1; shot removed # Remove, which can be undone for 8 s
wait_for 20 "$measured" '"event":"removed","name":"little-blip"' || fail "it is not removed"
[ ! -e "$models/little-blip/$(ls "$models/little-blip" 2>/dev/null | head -n 1)/descry.json" ] || fail "it is still there"
press Escape; close_window "$window"; wait "$app" || fail "the program ended with $?"
app=

begin
page; click "$full"; click "$get"
shows 30 '^0 % – Descry$'; sleep 2 # BLIP's small files are not the published ones: its row says so
shot full
press ctrl+q; shot closing
kill -0 "$app" || fail "it closes without asking"
click "$stay"; kill -0 "$app" || fail "it closes though it should stay"
press ctrl+q; click "$leave"
wait "$app" || fail "the program ended with $?"
app=
grep -q '"maskrcnn-v2"' "$settings" || fail "the download is not remembered: $(cat "$settings")"
first=$(size maskrcnn-v2); [ -n "$first" ] || fail "nothing was kept of the download"
begin
shows 30 '^[0-9]+ % – Descry$'
left=100
until [ "$(size maskrcnn-v2)" -gt "$first" ]; do
  left=$((left - 1)); [ "$left" -gt 0 ] || fail "the download does not go on: $first bytes, now $(size maskrcnn-v2)"
  sleep 0.2
done
press ctrl+q; click "$leave"
wait "$app" || fail "the program ended with $?"
app=
if grep -E "Error in Fyne call thread|panic|fatal error" "$work/log"; then exit 1; fi
echo "the Models page passed"
