#!/usr/bin/env bash
# Builds the wheel, installs it with its dependencies in a separate environment outside the clone, and tests it there.
# Arguments are passed to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/environment.sh dev

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export PIP_CONSTRAINT=$PWD/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
rm -rf build  # setuptools would package leftovers of an earlier build
python -m pip wheel --quiet --no-deps --wheel-dir "$place" .
python -m venv "$place/environment"
"$place/environment/bin/python" -m pip install --quiet --no-compile "$place"/chestxr-*.whl
export OMP_NUM_THREADS=1
CHESTXR_WHEEL=$place python -m pytest tests/test_wheel.py "$@"
