#!/bin/sh
# Installs, or lists, the packages for building (and, with "test", testing) Descry.
#   tools/setup.sh build    compiler and headers for the window
#   tools/setup.sh test     these, and a virtual display for the smoke test
# Debian and Ubuntu: installed with apt-get if this runs as root or sudo needs no
# password. Elsewhere the script lists the packages and fails.
set -eu
what=${1:-build}

case $(uname -s) in
Darwin)
  xcode-select -p >/dev/null 2>&1 || { echo "Missing: Apple's command line tools. Install them with: xcode-select --install" >&2; exit 1; }
  exit 0 ;;
MINGW* | MSYS* | CYGWIN*)
  command -v gcc >/dev/null 2>&1 || { echo "Missing: gcc. Install MSYS2 from https://www.msys2.org, then: pacman -S mingw-w64-x86_64-gcc" >&2; exit 1; }
  exit 0 ;;
esac

missing=
need() { # need PACKAGE FILE-OR-COMMAND…: one of them must exist
  package=$1; shift
  for f in "$@"; do
    case $f in
    /*) for g in $f; do [ -e "$g" ] && return 0; done ;;
    *) command -v "$f" >/dev/null 2>&1 && return 0 ;;
    esac
  done
  missing="$missing $package"
}
need gcc gcc cc
need libc6-dev /usr/include/stdio.h
need pkg-config pkg-config
need xorg-dev /usr/include/X11/extensions/Xrandr.h
need libxxf86vm-dev /usr/include/X11/extensions/xf86vmode.h
need libgl1-mesa-dev /usr/include/GL/gl.h
need libwayland-dev /usr/include/wayland-client.h
need libxkbcommon-dev /usr/include/xkbcommon/xkbcommon.h
if [ "$what" = test ]; then
  need xvfb Xvfb
  need xdotool xdotool
  need x11-utils xprop
  need imagemagick import
  need libgl1-mesa-dri "/usr/lib/*/dri/swrast_dri.so"
fi
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing (Debian's names):$missing" >&2
  echo "Fedora: dnf install gcc libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel libXxf86vm-devel mesa-libGL-devel wayland-devel libxkbcommon-devel" >&2
  echo "Arch: pacman -S gcc pkgconf libx11 libxcursor libxrandr libxinerama libxi libxxf86vm mesa wayland libxkbcommon" >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then root=
elif sudo -n true 2>/dev/null; then root="sudo -n"
else
  echo "Missing:$missing" >&2
  echo "Install with: sudo apt-get update && sudo apt-get install$missing" >&2
  exit 1
fi
echo "Installing:$missing"
$root apt-get update -qq
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
