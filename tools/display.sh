# Sourced by smoke.sh, soak.sh and screenshots.sh: a virtual display of its own.
#   start_display WIDTHxHEIGHT    sets DISPLAY and display_pid
#   stop_display
start_display() {
  display_file=$(mktemp)
  Xvfb -displayfd 3 -screen 0 "${1}x24" -nolisten tcp >/dev/null 2>&1 3>"$display_file" &
  display_pid=$!
  waited=0
  while [ ! -s "$display_file" ]; do
    kill -0 "$display_pid" 2>/dev/null || { echo "Xvfb did not start" >&2; return 1; }
    waited=$((waited + 1)); [ "$waited" -lt 100 ] || { echo "Xvfb gave no display in 10 s" >&2; return 1; }
    sleep 0.1
  done
  DISPLAY=":$(cat "$display_file")"; export DISPLAY
  unset WAYLAND_DISPLAY
  rm -f "$display_file"
}
stop_display() { [ -z "${display_pid:-}" ] || { kill "$display_pid" 2>/dev/null || :; wait "$display_pid" 2>/dev/null || :; display_pid=; }; }

# close_window WINDOW: sends Ctrl+Q. The window may be gone before the keys are
# released, which xdotool reports as an error.
close_window() { xdotool key --window "$1" ctrl+q 2>/dev/null || :; }

# control_at FILE CONTROL: prints the position "X Y" of a control of the open sheet,
# as written by --measure; nothing while the control is not visible.
control_at() {
  grep -F "\"name\":\"$2\"," "$1" | grep '"event":"control' | tail -n 1 | sed -n 's/.*"event":"control",.*"x":\([0-9]*\),"y":\([0-9]*\).*/\1 \2/p'
}

# wait_for SECONDS FILE PATTERN: waits until the file matches the pattern.
wait_for() {
  left=$(($1 * 10))
  until grep -q "$3" "$2" 2>/dev/null; do
    left=$((left - 1)); [ "$left" -gt 0 ] || { echo "waited $1 s in vain for: $3" >&2; return 1; }
    sleep 0.1
  done
}
