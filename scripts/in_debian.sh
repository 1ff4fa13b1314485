#!/usr/bin/env bash
# Runs a command in a bare Debian, in a copy of this tree and in an empty environment:
# scripts/in_debian.sh SUITE COMMAND...
#
# Needs root and debootstrap. The bare system and the packages that apt and pip download are kept in
# build/debian; what a call installs is not. The folder RESULTS, if set, is /results there.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=$1
shift
kept=$PWD/build/debian
bare=$kept/$suite
call=$kept/call-$suite
root=$call/root

needs() {
  echo "$0: a bare Debian needs $1" >&2
  exit 1
}

if [ -z "${IN_DEBIAN_OWN_MOUNTS:-}" ]; then
  [ "$(id -u)" -eq 0 ] || needs "root: run it by sudo"
  export PATH="$PATH:/usr/sbin" # where sudo may not look
  command -v debootstrap >/dev/null || needs "debootstrap: apt-get install debootstrap"
  if [ ! -f "$bare.whole" ]; then
    echo "fetching a bare Debian $suite"
    rm -rf "$bare"
    mkdir -p "$kept"
    debootstrap --variant=minbase "$suite" "$bare" ${MIRROR:+"$MIRROR"} >"$bare.log" 2>&1 || {
      tail -n 5 "$bare.log" >&2
      needs "its packages, which MIRROR may name; all that debootstrap said is in $bare.log"
    }
    touch "$bare.whole"
  fi
  # Mounts and processes of its own: both end with the command, however it ends.
  IN_DEBIAN_OWN_MOUNTS=1 exec unshare --mount --pid --fork --kill-child "$0" "$suite" "$@"
fi

rm -rf "$call"
mkdir -p "$root" "$call/upper" "$call/work" "$kept/apt" "$kept/pip"
mount -t overlay -o "lowerdir=$bare,upperdir=$call/upper,workdir=$call/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir -p "$root/root/.cache/pip" "$root/home/simruns"
mount --bind "$kept/apt" "$root/var/cache/apt/archives"
mount --bind "$kept/pip" "$root/root/.cache/pip"
if [ -n "${RESULTS:-}" ]; then
  mkdir -p "$root/results"
  mount --bind "$RESULTS" "$root/results"
fi

# How this machine reaches its package registries.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
authorities=/etc/ssl/certs/ca-certificates.crt
if [ -r "$authorities" ]; then
  mkdir -p "$root/etc/ssl"
  cp -L "$authorities" "$root/etc/ssl/machine.crt"
  printf '[global]\ncert = /etc/ssl/machine.crt\n' >"$root/etc/pip.conf"
fi
# A mirror's copy of a release that is in the works may be some weeks old.
echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/99-old-copies"

git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
  tar --null -T - -cf - | tar --no-same-owner -xf - -C "$root/home/simruns"

status=0
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
  chroot "$root" sh -c 'cd /home/simruns && exec "$@"' sh "$@" || status=$?
exit $status
