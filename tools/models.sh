#!/bin/sh
# Tests the Models page of a real window as a user would: downloads a model from a
# local server, pauses, resumes, uses, checks, damages, repairs and removes it;
# checks that a wrong file is refused; reads its licence, shows the folder, imports
# a file; goes offline with the switch; closes the window during the download of a
# set, which asks, and resumes the download the next time.
# The window writes the open sheet and the positions of its controls to the file of
# --measure, so the script waits no fixed times and presses no fixed positions.
# Needs what the smoke test needs (make setup-test). sh tools/models.sh [FOLDER FOR PICTURES]
set -eu
cd "$(dirname "$0")/.."
. tools/display.sh
work=$(mktemp -d)
app=; server=; measured="$work/none"
finish() { for p in $app $server; do kill "$p" 2>/dev/null || :; done; stop_display; rm -rf "$work"; }
trap finish EXIT
pictures=${1:-}
shot() { [ -z "$pictures" ] || { xdotool mousemove 3 790; sleep 0.5; import -window root "$pictures/$1.png"; }; }
fail() { shot failed; echo "$1" >&2; grep -v '"event":"control' "$measured" >&2 || :; cat "$work/log" >&2; exit 1; }
# within SECONDS COMMAND…: repeats the command until it succeeds
within() {
  left=$(($1 * 20)); shift
  until "$@"; do
    left=$((left - 1)); [ "$left" -gt 0 ] || return 1
    sleep 0.05
  done
}

mkdir -p build/smoke "$work/bin"
[ -n "${DESCRY_BUILT:-}" ] || go build -o build/smoke/descry .
CGO_ENABLED=0 go build -o build/smoke/standin ./tools/standin
build/smoke/standin -address "$work/address" -catalogue "$work/catalogue.json" -rate 1200000 >"$work/server" 2>&1 &
server=$!
wait_for 30 "$work/address" http
# A file manager that records what it is to show; no desktop's own dialogs.
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>"%s"\n' "$work/shown" >"$work/bin/xdg-open"
chmod +x "$work/bin/xdg-open"
PATH="$work/bin:$PATH"; export PATH
unset DBUS_SESSION_BUS_ADDRESS DESCRY_CATALOGUE
export DESCRY_HOME="$work/home" DESCRY_ORT="${DESCRY_ORT:-$PWD/bin}" DESCRY_OFFLINE= HF_HOME="$work/hf" TORCH_HOME="$work/torch"
DESCRY_MIRROR=$(cat "$work/address"); export DESCRY_MIRROR
models="$work/home/cache/models"; settings="$work/home/config/settings.json"

runs=0
find_window() { window=$(xdotool search --onlyvisible --name Descry 2>/dev/null | head -n 1); [ -n "$window" ]; }
begin() { # PICTURE…
  runs=$((runs + 1)); measured="$work/measured$runs"
  "${DESCRY_BUILT:-build/smoke/descry}" --catalogue "$work/catalogue.json" --measure "$measured" "$@" >"$work/log" 2>&1 &
  app=$!
  wait_for 90 "$measured" '"event":"window"' || fail "no window"
  within 30 find_window || fail "no window is called Descry"
}
gone() { ! kill -0 "$app" 2>/dev/null; }
end() { # how it ended
  within 60 gone || fail "the program does not end"
  wait "$app" || fail "the program ended with $?"
  app=
}
count() { grep -c "$1" "$measured" || :; }
more() { [ "$(count "$2")" -gt "$1" ]; }
# again PATTERN COMMAND…: runs the command, then waits for one more such event
again() {
  pattern=$1; shift
  seen=$(count "$pattern")
  "$@"
  for _ in 1 2 3 4 5 6; do
    within 20 more "$seen" "$pattern" && return
    # The button may have moved during the press; a user would press again.
    if [ "$1" = press ] && there "$2"; then press "$2"; fi
  done
  fail "no event $pattern after: $*"
}
key() { xdotool key --window "$window" "$1"; }
there() { at=$(control_at "$measured" "$1"); [ -n "$at" ]; }
see() { within 60 there "$1" || fail "there is no \"$1\" to press"; }
still() { before=$at; sleep 0.3; there "$1" && [ "$at" = "$before" ]; }
press() { see "$1"; within 20 still "$1" || fail "\"$1\" does not stand still"; xdotool mousemove $at click 1; }
page() { again '"event":"sheet","name":"models"' key F3; }
title() { xprop -id "$window" _NET_WM_NAME | cut -d'"' -f2; }
titled() { title | grep -qE "$1"; }
shows() { within "$1" titled "$2" || fail "the title is \"$(title)\", not $2"; } # SECONDS PATTERN
size() { find "$models/$1" -name '*.part' -exec stat -c %s {} + 2>/dev/null | sort -n | tail -n 1; }
weights() { find "$models/little-blip" -name '*.safetensors'; }
installed() { find "$models/$1" -name descry.json 2>/dev/null; }

# leave closes the window though something is being downloaded. The dialog that
# asks must have opened: its button may still be known from the last time.
leave() {
  again '"event":"sheet","name":"closing"' key ctrl+q
  for _ in 1 2 3 4 5 6; do
    press leave
    within 10 gone && break
  done
  end
}

start_display 1280x800
begin "$PWD/resources/samples/dog-at-night.png"
wait_for 60 "$measured" '"event":"classes"' || fail "the picture is not described"

# Download, pause, resume, use.
page; press "Little BLIP Download…"; see "offer get"; shot offer
press "offer licence"; see "licence back"; shot licence
press "licence back"; press "offer get"
shows 60 '^[0-9]+ % – .*Descry$'; shot busy
again '"event":"not-kept","name":"little-blip' press "Little BLIP Pause"
see "Little BLIP Resume"; shows 30 '^[^%]*Descry$'
paused=$(size little-blip)
[ -n "$paused" ] || fail "nothing was kept of what had arrived"
shot paused
again '"event":"kept","name":"little-blip"' press "Little BLIP Resume"
see "Little BLIP Verify"; shot arrived
again '"event":"sheet"' key Escape
again '"event":"caption"' key ctrl+shift+r
wait_for 30 "$settings" '"model": "caption=little-blip,instances=starter,classes=starter"' || fail "the new model is not chosen: $(cat "$settings")"

# A wrong file; the licence; the folder; the switch.
page; press "Wrong BLIP Download…"
again '"event":"not-kept","name":"wrong-blip' press "offer get"
[ -z "$(installed wrong-blip)" ] || fail "a wrong file is kept as a model"
see "Wrong BLIP Retry"; shot wrong
press "Little BLIP licence"; press "licence back"
press "open folder"; wait_for 20 "$work/shown" "^$models$" || fail "the folder is not shown: $(cat "$work/shown")"
press "stay offline"; wait_for 10 "$settings" '"offline": true' || fail "it does not stay offline"
press "stay offline"; wait_for 10 "$settings" '"offline": false' || fail "it stays offline"

# Verify: all is well; then one byte differs, with the same size and time.
again '"event":"kept","name":"little-blip"' press "Little BLIP Verify"; shot verified
touch -r "$(weights)" "$work/time"
printf 'X' | dd of="$(weights)" bs=1 seek=5000000 conv=notrunc 2>/dev/null
touch -r "$work/time" "$(weights)"
again '"event":"not-kept","name":"little-blip' press "Little BLIP Verify"
see "Little BLIP Repair"; shot damaged
again '"event":"kept","name":"little-blip"' press "Little BLIP Repair"
cmp -s "$(weights)" resources/starter/blip/model.fp16.safetensors || fail "the file is not repaired"
see "Little BLIP Verify"; shot repaired

press "Little BLIP Remove"; see "Little BLIP Undo"; shot removed # it can be undone for 8 s
press "Little BLIP Undo"; see "Little BLIP Remove"
again '"event":"removed","name":"little-blip"' press "Little BLIP Remove"
[ -z "$(installed little-blip)" ] || fail "it is still there"
key Escape; close_window "$window"; end

# A set: closing asks, and the download resumes the next time.
begin
page; press "Full models"; press "offer get"
shows 60 '^0 % – Descry$'; see "BLIP base Retry"; shot full # BLIP's small files are not the published ones: its row says so
key ctrl+q; see stay; shot closing
kill -0 "$app" || fail "it closes without asking"
again '"event":"sheet"' press stay
kill -0 "$app" || fail "it closes though it should stay"
leave
grep -q '"maskrcnn-v2"' "$settings" || fail "the download is not remembered: $(cat "$settings")"
first=$(size maskrcnn-v2); [ -n "$first" ] || fail "nothing was kept of the download"
begin
shows 60 '^[0-9]+ % – Descry$'
grown() { [ "$(size maskrcnn-v2)" -gt "$first" ]; }
within 60 grown || fail "the download does not go on: $first bytes, now $(size maskrcnn-v2)"
leave
if grep -E "Error in Fyne call thread|panic|fatal error" "$work/log"; then exit 1; fi
echo "the Models page passed"
