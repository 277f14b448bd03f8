#!/bin/sh
# Makes .venv hold what requirements-dev.txt says. Instant when nothing changed.
set -eu

venv=.venv
stamp=$venv/.requirements
wanted=$(cat requirements.txt requirements-import.txt requirements-dev.txt | cksum)

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

recent_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

found=
without_venv=
for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    recent_enough "$candidate" || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        found=$candidate
        break
    fi
    without_venv=$candidate
done

if [ -z "$found" ] && [ -n "$without_venv" ]; then
    echo "$without_venv is here, but not its venv module. On Debian: apt install python3-venv" >&2
    exit 1
fi
if [ -z "$found" ]; then
    echo "Python 3.11 or newer is needed and was not found. On Debian: apt install python3 python3-venv" >&2
    echo "Another place? PYTHON=/path/to/python3 make run" >&2
    exit 1
fi

if ! { [ -x "$venv/bin/python" ] && recent_enough "$venv/bin/python"; }; then
    echo "Creating $venv with $("$found" --version)..."
    rm -rf "$venv"
    "$found" -m venv "$venv"
fi
echo "Installing what requirements-dev.txt lists (once, under a minute on a good line)..."
if ! "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r requirements-dev.txt; then
    echo "pip could not install requirements-dev.txt: see its message above. Is this machine on the Internet?" >&2
    exit 1
fi
echo "$wanted" > "$stamp"
