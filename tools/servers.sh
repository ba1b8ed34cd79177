#!/usr/bin/env bash
# The engine tests start a Redis and a Kafka of their own; this sees to it that there is something to start: redis-server, and
# Maven, which brings Kafka.
set -euo pipefail

need() { # need COMMAND PACKAGE
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $2 for the engine tests." >&2
    apt-get update -qq </dev/null >&2
    # RUNLEVEL=1 keeps a package from starting a server on its default port.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$2" </dev/null >&2
  else
    echo "The engine tests need $1. As root: apt-get install $2" >&2
    echo 'Without it, `make check` runs everything that needs no server.' >&2
    exit 3
  fi
}

need redis-server redis-server
need mvn maven
need openssl openssl # makes the certificate of a Redis with TLS
