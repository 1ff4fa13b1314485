#!/usr/bin/env bash
# The Python tests on several Pythons, with the oldest libraries that pyproject.toml admits and with
# the newest that there are: scripts/matrix_python.sh [PYTHON:oldest|newest...]
#
# A Python is looked for on PATH and among those of pyenv. One that is on neither is that of a bare
# Debian, as scripts/in_debian.sh makes it. Each Python compiles the package once. What is left in
# build/matrix-python is used again by the next call; the newest libraries are looked for anew.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

cells=("$@")
[ ${#cells[@]} -gt 0 ] || cells=(3.10:oldest 3.10:newest 3.14:newest)
place=$PWD/build/matrix-python
results=${RESULTS:-$place/results}
debian=testing # whose python3 is the newest
mkdir -p "$place" "$results"

python_of() { # python_of VERSION
  local candidate
  for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
    if "$candidate" -c "
import ensurepip, os, sys, sysconfig, venv
assert '%d.%d' % sys.version_info[:2] == '$1'
assert os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h'))" 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

pip_of() { # pip_of VENV ARGUMENTS...
  local environment=$1
  shift
  "$environment/bin/python" -m pip --quiet --disable-pip-version-check "$@"
}

wheel_of() { # wheel_of VERSION PYTHON; the path is the last line
  local home=$place/$1 line requires
  requires=()
  while read -r line; do requires+=("$line"); done < <("$2" scripts/requirements.py build)
  [ -x "$home/build/bin/python" ] || "$2" -m venv "$home/build" || return
  pip_of "$home/build" install "${requires[@]}" cmake ninja || return
  # From one place for every Python: ccache then knows the part that does not depend on it.
  [ -d "$place/headers" ] || pip_of "$home/build" install --target "$place/headers" libboost-headers
  rm -rf "$home/wheel"
  QUIET=1 PATH="$home/build/bin:$PATH" scripts/progress.sh "compiling for Python $1" \
    "$home/build.log" "$home/build/bin/python" -m pip --verbose wheel --no-deps \
    --no-build-isolation "--config-settings=build-dir=$home/cmake" "--config-settings=cmake.define.\
SIMRUNS_BOOST_INCLUDE_DIR=$place/headers/libboost_headers/include" "--wheel-dir=$home/wheel" . ||
    return
  echo "$home/wheel"/*.whl
}

test_cell() { # test_cell VERSION LIBRARIES WHEEL PYTHON
  local environment=$place/$1/$2
  "$4" -m venv --clear "$environment" || return
  if [ "$2" = oldest ]; then
    # What these libraries need themselves is of their time, though they do not say so.
    { "$4" scripts/requirements.py oldest && printf 'numpy<2\nclick<8.2\npyparsing<3.3\n'; } >"$place/oldest.txt"
    pip_of "$environment" install -c "$place/oldest.txt" "$3[test]" || return
  else
    pip_of "$environment" install "$3[test]" || return
  fi
  pip_of "$environment" list | grep -iE '^(duckdb|numpy|pandas|polars|pyarrow|rich|typer) ' |
    awk '{ printf "%s %s; ", $1, $2 }'
  echo
  SIMRUNS_BUILD_DIR=$PWD/build/dev "$environment/bin/python" -m pytest -q -p no:cacheprovider \
    -n auto --maxprocesses 4 --dist loadfile "--junitxml=$results/$1-$2.xml"
}

in_debian() { # in_debian CELL
  scripts/bootstrap.sh fresh && RESULTS=$results scripts/in_debian.sh "$debian" sh -c \
    "scripts/bootstrap.sh demo && RESULTS=/results scripts/matrix_python.sh $1"
}

summary=()
for cell in "${cells[@]}"; do
  version=${cell%:*} libraries=${cell#*:}
  echo "== Python $version, the $libraries libraries"
  rm -f "$results/$version-$libraries.xml"
  if python=$(python_of "$version"); then
    wheel=$(wheel_of "$version" "$python" | tee /dev/stderr | tail -n 1)
    [ ! -f "$wheel" ] || test_cell "$version" "$libraries" "$wheel" "$python"
  elif [ ! -d /results ]; then
    in_debian "$cell"
  else
    echo "there is no Python $version in this Debian" >&2
  fi
  summary+=("Python $version, the $libraries libraries=$results/$version-$libraries.xml")
done
python3 scripts/test_summary.py "${summary[@]}"
