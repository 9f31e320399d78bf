#!/usr/bin/env bash
# Tests of the MONAI Label app against a running server, and of the readers with pydicom 2, in its own environment.
# Arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/monailabel/environment.sh
export OMP_NUM_THREADS=1 PYTHONWARNINGS=ignore
exec python -m pytest tests/monailabel tests/io/test_dicom_pixels.py tests/io/test_grey_levels.py -p no:cacheprovider "$@"
