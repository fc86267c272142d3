#!/bin/sh
# Make a virtual environment at $1 with the Python $2, or the first that is new enough and can make one.
set -eu
venv=$1
pythons=${2:-python3.13 python3.12 python3.11 python3.14 python3 python}
found=
bare=

for python in $pythons; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            found=$python
            break
        fi
        bare=${bare:-$python}
    fi
done

if [ -z "$found" ] && [ -n "$bare" ]; then
    echo "$bare cannot make a virtual environment: install its venv module (Debian, Ubuntu: apt-get install $bare-venv)." >&2
    exit 1
fi
if [ -z "$found" ]; then
    asked=${2:-python3}
    version=$("$asked" --version 2>/dev/null || echo "no $asked that runs")
    echo "truename needs Python 3.11 or newer; this machine has $version." >&2
    exit 1
fi
if ! "$found" -m venv "$venv"; then
    rm -rf "$venv"
    echo "$found could not make a virtual environment in $venv." >&2
    exit 1
fi
