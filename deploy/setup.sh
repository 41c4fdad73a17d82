#!/bin/sh
# Makes one virtual environment from a locked requirements file: setup.sh PYTHON FOLDER LOCKFILE [project]
# Plain sh and old Python on purpose: it is the first thing a fresh machine runs, and says in one sentence what is missing.
set -eu
python=$1 folder=$2 lock=$3 project=${4:-}

fail() { printf 'Set-up stopped: %s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 ||
    fail "$python was not found; install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" -V 2>&1) is too old; Python 3.11 or newer is needed. Name another one: make PYTHON=python3.12 …"
[ -w . ] || fail "no right to write in $(pwd); run as the owner of this folder or clone into one of your own."
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "this Python has no venv module; install it (Debian: apt-get install python3-venv), then run make again."

say() { printf '%s\n' "$*"; }
if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "Making $folder with $("$python" -V)"
    "$python" -m venv --clear "$folder" || fail "the virtual environment $folder could not be made (see above)."
fi
say "Installing $lock into $folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
    fail "packages could not be installed (see above); check the connection to the package registry and run make again."
if [ -n "$project" ]; then
    # The mode "compat" puts this folder on the path, so that packages made later are found without another install.
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --config-settings editable_mode=compat --editable . ||
        fail "Splot itself could not be installed into $folder (see above)."
fi
