#!/usr/bin/env bash
# The tests that take no more than five minutes on two cores; with --all, also the slow ones (training, PACS, Ray, browser).
# CHESTXR_DATA names the folder of real films (CXR_png/, masks/); without it, only synthetic films are used.
# Other arguments go to pytest: bash tools/test.sh tests/io -k mirrored
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/environment.sh dev

all=
if [ "${1:-}" = --all ]; then
    all=yes
    shift
fi
ruff check .
ruff format --check .
mypy
python -m tools.bundles.build --check
# nproc counts OMP_NUM_THREADS, so ask before setting it.
cores=$(nproc)
export OMP_NUM_THREADS=1
tests=(python -m pytest -n auto --dist loadfile)
if [ -z "$all" ]; then
    exec "${tests[@]}" -m "not slow" "$@"
fi
# Coverage is that of the quick tests: the slow ones mostly run other programs.
"${tests[@]}" -m "not slow" --cov --cov-report=term:skip-covered "$@"
# Slow tests wait for other programs half of the time. Tests that compare times run alone.
"${tests[@]}" -m "slow and not ratios" -n $((cores * 3 / 2)) --durations=30 "$@"
python -m pytest -m ratios tests/benchmarks
