#!/usr/bin/env bash
# Installs what this machine lacks: scripts/bootstrap.sh demo|test|sanitize|matrix|bench|scale|fresh
#
# Nothing missing: does nothing. As root, or where sudo asks no password: uses the machine's own
# package manager without asking. Else prints the command to run and ends in 1. Never prompts.
set -euo pipefail

profile=${1:-test}
case $profile in
  demo | test | sanitize | matrix | bench | scale | fresh) ;;
  *) echo "usage: $0 demo|test|sanitize|matrix|bench|scale|fresh" >&2 && exit 2 ;;
esac

cxx=${CXX:-}
if [ -z "$cxx" ]; then
  if command -v c++ >/dev/null; then cxx=c++; else cxx=g++; fi
fi

if [ "$(uname)" = Darwin ] && command -v brew >/dev/null; then
  prefix=$(brew --prefix)
  export CPATH="$prefix/include:$prefix/opt/openssl@3/include${CPATH:+:$CPATH}"
fi

preprocesses() { "$cxx" -std=c++20 -x c++ -E -o /dev/null - >/dev/null 2>&1; }

has_compiler() {
  preprocesses <<'EOF'
#include <coroutine>
#if defined(__apple_build_version__)
#elif defined(__clang__) && __clang_major__ < 19
#error clang 19 or later
#elif !defined(__clang__) && __GNUC__ < 12
#error g++ 12 or later
#endif
EOF
}
has_openssl() { echo '#include <openssl/ssl.h>' | preprocesses; }
has_zlib() { echo '#include <zlib.h>' | preprocesses; }
has_boost() {
  preprocesses <<'EOF'
#include <boost/version.hpp>
#if BOOST_VERSION < 108100 || !__has_include(<boost/json/src.hpp>)
#error Boost 1.81 or later
#endif
EOF
}
has_catch2() {
  preprocesses <<'EOF'
#if !__has_include(<catch2/catch_all.hpp>) && !__has_include(<catch2/catch.hpp>)
#error Catch2
#endif
EOF
}
has_cmake() { cmake -P "$(dirname "$0")/cmake_is_new_enough.cmake" >/dev/null 2>&1; }
has_ninja() { command -v ninja >/dev/null; }
has_python() {
  "${PYTHON:-python3}" - >/dev/null 2>&1 <<'EOF'
import ensurepip, os, sys, sysconfig, venv
assert sys.version_info >= (3, 10)
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))
EOF
}
has_peers() {
  preprocesses <<'EOF'
#include <curl/curl.h>
#include <nlohmann/json.hpp>
#include <rapidjson/reader.h>
#include <simdjson.h>
EOF
}
has_clang19() {
  command -v clang++-19 >/dev/null && command -v llvm-symbolizer-19 >/dev/null &&
    [ -n "$(find "$(clang++-19 -print-resource-dir)" -name '*clang_rt.tsan*' -print -quit)" ]
}

has_chromium() { command -v chromium >/dev/null; }
has_java() {
  java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | { read -r major && [ "$major" -ge 17 ]; }
}
has_debootstrap() { command -v debootstrap >/dev/null || [ -x /usr/sbin/debootstrap ]; }

# Without a compiler nothing else can be looked for, so everything is asked for.
wanted="compiler openssl zlib python"
case $profile in
  demo) ;; # CMake and Ninja come with the Python build where the machine has none
  test) wanted="$wanted boost catch2 cmake ninja chromium" ;;
  sanitize | matrix) wanted="$wanted boost catch2 cmake ninja clang19" ;;
  bench) wanted="$wanted boost catch2 cmake ninja peers" ;;
  scale) wanted="$wanted java" ;;
  fresh) wanted=debootstrap ;;
esac

list_missing() {
  local item
  for item in $wanted; do
    "has_$item" || echo "$item"
  done
}

missing=$(list_missing)
[ -n "$missing" ] || exit 0

apt_boost() {
  # A release whose default Boost is too old has newer ones beside it, with the version in the name.
  if apt-cache show libboost1.81-dev >/dev/null 2>&1; then
    echo libboost1.81-dev libboost-json1.81-dev
  else
    echo libboost-dev libboost-json-dev
  fi
}

apt_chromium() {
  # Where it comes as a snap only, it is left out, and the tests in a browser are skipped.
  if apt-cache show chromium >/dev/null 2>&1; then echo chromium; fi
}

package() { # package MANAGER ITEM
  case $1.$2 in
    apt.compiler) echo g++ ;;
    apt.openssl) echo libssl-dev ;;
    apt.zlib) echo zlib1g-dev ;;
    apt.python) echo python3 python3-venv python3-dev ;;
    apt.boost) apt_boost ;;
    apt.catch2) echo catch2 ;;
    apt.chromium) apt_chromium ;;
    apt.ninja | dnf.ninja) echo ninja-build ;;
    apt.java) echo openjdk-17-jre-headless ;;
    apt.clang19) echo clang-19 libclang-rt-19-dev llvm-19 ;;
    apt.peers) echo libsimdjson-dev nlohmann-json3-dev rapidjson-dev libcurl4-openssl-dev ;;
    dnf.compiler) echo gcc-c++ ;;
    dnf.openssl) echo openssl-devel ;;
    dnf.zlib) echo zlib-devel ;;
    dnf.python) echo python3 python3-devel ;;
    dnf.boost) echo boost-devel ;;
    dnf.catch2) echo catch-devel ;;
    dnf.java) echo java-17-openjdk-headless ;;
    dnf.clang19) echo clang19 compiler-rt19 ;;
    dnf.peers) echo simdjson-devel json-devel rapidjson-devel libcurl-devel ;;
    brew.compiler) echo gcc ;;
    brew.openssl) echo openssl@3 ;;
    brew.python) echo python ;;
    brew.java) echo openjdk@17 ;;
    brew.clang19) echo llvm@19 ;;
    brew.peers) echo simdjson nlohmann-json rapidjson curl ;;
    *) echo "$2" ;;
  esac
}

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n "; fi
may_install() { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }

if command -v apt-get >/dev/null; then
  manager=apt
  export DEBIAN_FRONTEND=noninteractive
  update="${as_root}apt-get -qq update"
  install="${as_root}env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends"
elif command -v dnf >/dev/null; then
  manager=dnf update=true install="${as_root}dnf -q install -y"
elif command -v brew >/dev/null; then
  manager=brew as_root='' update=true install="brew install --quiet"
else
  echo "simruns needs, and does not know how to install here:" "$(tr '\n' ' ' <<<"$missing")" >&2
  exit 1
fi

if may_install; then $update; fi # before packages are named: their names depend on the release
packages=$(for item in $missing; do package $manager "$item"; done | tr '\n' ' ')
packages=${packages% }
if ! may_install; then
  echo "simruns needs some packages, and installing them needs a password. Run:" >&2
  echo "  ${update/sudo -n/sudo} && ${install/sudo -n/sudo} $packages" >&2
  exit 1
fi

echo "installing $packages"
# shellcheck disable=SC2086 # one word a package
$install $packages >/dev/null </dev/null

hash -r
# An old CMake is no obstacle: scripts/install.sh then takes one from its Python package.
still=$(list_missing | grep -v -x -e cmake -e ninja -e chromium | tr '\n' ' ' || true)
if [ -n "$still" ]; then
  echo "installed, but still missing or too old: $still" >&2
  echo "(CXX=${CXX:-} and PYTHON=${PYTHON:-} choose the compiler and the Python)" >&2
  exit 1
fi
