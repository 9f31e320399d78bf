#!/usr/bin/env bash
# The test suite. CHESTXR_DATA names the folder of real films (CXR_png/, masks/); without it, synthetic films only.
# Arguments go to pytest: bash tools/test.sh tests/io -k mirrored
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/environment.sh dev

ruff check .
ruff format --check .
export OMP_NUM_THREADS=1
exec python -m pytest -n auto --dist loadfile "$@"
