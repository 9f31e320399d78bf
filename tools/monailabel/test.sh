#!/usr/bin/env bash
# Runs the tests of the MONAI Label app against a running server, and of the readers with pydicom 2, in its environment.
# Arguments are passed to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/monailabel/environment.sh
export OMP_NUM_THREADS=1 PYTHONWARNINGS=ignore
exec python -m pytest tests/monailabel tests/io/dicom/test_pixels.py tests/io/dicom/test_lut.py -p no:cacheprovider "$@"
