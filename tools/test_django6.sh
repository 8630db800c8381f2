#!/usr/bin/env bash
# Run the suite on the newest Django 6, in an environment of its own, with the newest Python >= 3.12 that is found.
set -euo pipefail
cd "$(dirname "$0")/.."
workers="${1:-2}"
venv="${DJANGO6_VENV:-.venv-django6}"

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.14 "$HOME"/.pyenv/versions/*/bin/python3.1[2-9]; do
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
}

python="$(find_python)"
if [ -z "$python" ]; then
    echo "No Python 3.12 or newer was found; Django 6 needs one. The suite was not run on it."
    exit 0
fi
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv"
fi
if [ ! -e "$venv/.installed" ] || [ setup.py -nt "$venv/.installed" ]; then
    echo "Installing into $venv"
    "$venv/bin/python" -m pip --disable-pip-version-check --quiet install -e '.[test]' 'django>=6,<7' \
        --config-settings editable_mode=compat
    touch "$venv/.installed"
fi
"$venv/bin/python" -c 'import sys, django; print("Python", sys.version.split()[0], "with Django", django.__version__)'
"$venv/bin/python" -m pytest -q -n "$workers" --dist loadscope -m 'not browser and not services and not packaging' \
    --ignore=tests/demo_tom
