#!/usr/bin/env bash
# Tests the oldest or the newest versions that setup.cfg allows, in an environment of its own.
# Usage: bash tools/versions.sh oldest|newest [ARGUMENTS OF PYTEST]
# PyTorch is the version of constraints.txt in both: others come with CUDA, several GB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/environment.sh dev

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
grep '^torch==' constraints.txt >"$place/constraints.txt"
case ${1:-} in
oldest)
    python tools/oldest_versions.py setup.cfg | grep -v '^torch==' >>"$place/constraints.txt"
    # pydicom 2 imports pkg_resources, which later versions lack.
    echo 'setuptools<81' >>"$place/constraints.txt"
    ;;
newest) ;;
*)
    echo "usage: bash tools/versions.sh oldest|newest" >&2
    exit 2
    ;;
esac
shift
python -m venv "$place/environment"
export PIP_CONSTRAINT=$place/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
"$place/environment/bin/python" -m pip install --quiet --no-compile --editable '.[demo]' hypothesis pytest pytest-xdist setuptools
export OMP_NUM_THREADS=1
[ $# -gt 0 ] || set -- tests/io/dicom tests/transforms tests/tuberculosis tests/radiomics/test_film_features.py tests/bundle/test_inference.py
"$place/environment/bin/python" -m pytest -n auto -m "not slow" "$@"
