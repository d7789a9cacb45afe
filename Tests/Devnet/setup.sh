#!/bin/sh
# Weir
# SPDX-License-Identifier: Apache-2.0
#
# Makes the Python environment of the devnet: setup.sh VENV
# Does nothing, quickly, if VENV already holds what requirements.txt asks for. Prints the path of
# its python. Exit code 3: no Python from 3.11 on with venv; other failures are pip's.
set -eu

[ $# -eq 1 ] || { echo "usage: setup.sh VENV" >&2; exit 2; }
venv=$1
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
stamp="$venv/.weir-devnet"

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "setup.sh: Python 3.11 or newer with venv is needed" \
        "(Debian: apt-get install python3-venv)" >&2
    return 3
}

ready() {
    cmp -s "$here/requirements.txt" "$stamp" && "$venv/bin/python" -c '' 2>/dev/null
}

if ! ready; then
    python=$(find_python) || exit 3
    mkdir -p "$venv"
    (
        # Two runs at once would spoil each other's environment.
        if command -v flock >/dev/null; then flock 9; fi
        if ! ready; then
            rm -f "$stamp"
            "$python" -m venv "$venv"
            "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
                --prefer-binary -r "$here/requirements.txt"
            "$venv/bin/python" -c 'import aiosmtpd, coincurve, eth, vyper, web3'
            cp "$here/requirements.txt" "$stamp"
        fi
    ) 9>"$venv.lock" >&2
fi
echo "$venv/bin/python"
