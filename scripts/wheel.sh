#!/usr/bin/env bash
# Builds the sdist, from it a wheel, and tries that in an environment without any other library:
# scripts/wheel.sh. All of it is in build/wheel.
#
# As root on Linux, the system's Boost is hidden meanwhile: the build must take that of PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

hidden=/usr/include/boost
if [ -d "$hidden" ] && [ "$(id -u)" -eq 0 ] && [ -z "${WHEEL_OWN_MOUNTS:-}" ]; then
  WHEEL_OWN_MOUNTS=1 exec unshare --mount "$0"
fi
if [ -n "${WHEEL_OWN_MOUNTS:-}" ]; then
  mount -t tmpfs none "$hidden"
  [ ! -e "$hidden/version.hpp" ]
  echo "the system's Boost is hidden"
fi

place=$PWD/build/wheel
rm -rf "$place"
mkdir -p "$place"
python=${PYTHON:-python3}
"$python" -m venv "$place/building"
pip=("$place/building/bin/python" -m pip --quiet --disable-pip-version-check)
"${pip[@]}" install build
(cd "$place" && "$place/building/bin/python" -m build --sdist --outdir "$place" ../.. >sdist.log)
QUIET=1 scripts/progress.sh "compiling the wheel" "$place/wheel.log" \
  "$place/building/bin/python" -m pip --verbose --disable-pip-version-check wheel --no-deps \
  --wheel-dir "$place" "$place"/*.tar.gz

"$python" -m venv "$place/bare"
"$place/bare/bin/python" -m pip --quiet --disable-pip-version-check install "$place"/*.whl
cd "$place"
bare/bin/simruns --version
bare/bin/simruns doctor
bare/bin/simruns demo
ls -l "$place"/*.tar.gz "$place"/*.whl
