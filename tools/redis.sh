#!/usr/bin/env bash
# The engine tests start a redis-server of their own; this sees to it that there is one to start.
set -euo pipefail
command -v redis-server >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing redis-server for the engine tests.' >&2
  apt-get update -qq </dev/null >&2
  # RUNLEVEL=1 keeps the package from starting a server on the default port.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends redis-server </dev/null >&2
else
  echo 'The engine tests need redis-server. As root: apt-get install redis-server' >&2
  echo 'Without it, `make check` runs everything that needs no server.' >&2
  exit 3
fi
