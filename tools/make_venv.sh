#!/bin/sh
# Make a virtual environment at $1 with the first Python that is new enough.
set -eu
venv=$1

for python in python3.13 python3.12 python3.11 python3 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        found=$python
        break
    fi
done

if [ -z "${found:-}" ]; then
    version=$(python3 --version 2>/dev/null || echo "no Python 3")
    echo "truename needs Python 3.11 or newer; this machine has $version." >&2
    exit 1
fi

if ! "$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    echo "$found cannot make a virtual environment: install its venv module (Debian and Ubuntu: apt-get install $found-venv)." >&2
    exit 1
fi

if ! "$found" -m venv "$venv"; then
    rm -rf "$venv"
    echo "$found could not make a virtual environment in $venv." >&2
    exit 1
fi
