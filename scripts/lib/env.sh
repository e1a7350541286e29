# shellcheck shell=bash disable=SC2034
# Where things are. Sourced by the scripts beside this folder.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
VENV=$ROOT/.venv
PY_PREVIOUS=$VENV/ha-2026.10/bin/python
PY_CURRENT=$VENV/ha-2026.11/bin/python

# A Chromium for the browser tests, or nothing.
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}

# A caller's own Python must not show through in ours.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV
