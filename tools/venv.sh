#!/usr/bin/env bash
# Makes .venv with the packages of requirements/, every one checked against its hash.
# Needs Python 3.11 or 3.12 and pip's usual access to a package index; python3-venv, where Debian left it out, is
# installed when we are root and worked around when we are not.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say 'Python 3.11 or 3.12 is needed and was not found; name one with: make PYTHON=/path/to/python3.11 ...'
  exit 3
}

has_ensurepip() { "$1" -c 'import ensurepip' 2>/dev/null; }

install_venv_package() {
  local package
  package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  say "Installing $package, which Debian keeps apart from Python."
  apt-get update -qq </dev/null >&2 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" </dev/null >&2 || true
}

make_venv() {
  local python=$1
  has_ensurepip "$python" || install_venv_package "$python"
  if has_ensurepip "$python"; then
    "$python" -m venv --clear .venv
  elif "$python" -m pip --version >/dev/null 2>&1; then
    # A pip outside can fill an environment that has none; requirements/build.txt brings it its own.
    "$python" -m venv --clear --without-pip .venv
    "$python" -m pip --python .venv/bin/python install --quiet --require-hashes -r requirements/build.txt
  else
    say "This Python can make no virtual environment. As root: apt-get install python3-venv"
    exit 3
  fi
}

python=$(find_python)
[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv "$python"
say 'Installing packages into .venv (the first time they are downloaded: PyFlink alone is some 300 MB).'
pip=(.venv/bin/python -m pip --disable-pip-version-check install --quiet --no-input)
"${pip[@]}" --require-hashes -r requirements/build.txt
# With the build tools in place nothing else is fetched to build the few packages that come as source.
"${pip[@]}" --no-build-isolation --require-hashes -r requirements/lock.txt
