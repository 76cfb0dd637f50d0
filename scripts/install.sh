#!/bin/sh
# Installs BONSAI for this user on Linux or macOS: finds a Python, the rest is install.py.
#
#     sh scripts/install.sh [FOLDER]           # FOLDER: of the environment; else ~/bonsai-xl
#     sh scripts/install.sh --undo [FOLDER]
#
# PYTHON names another Python than the first one that fits.
set -eu

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

found=
for python in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
  [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
  if fits "$python"; then
    exec "$python" "$(dirname "$0")/install.py" "$@"
  fi
  found="$found $python ($("$python" --version 2>&1 | head -n 1));"
done

if [ -n "$found" ]; then
  echo "✗ No Python fits." >&2
  echo "  BONSAI needs 3.11 or newer. Found:$found" >&2
else
  echo "✗ There is no Python." >&2
  echo "  Looked for python3 and python3.11 to python3.14." >&2
fi
echo "  Install one from https://www.python.org/downloads, and run this again." >&2
exit 2
