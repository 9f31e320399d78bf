#!/usr/bin/env bash
# Segments the lungs on a real chest film (DICOM), marks lesions and computes its tuberculosis score.
# Usage: bash tools/demo.sh [OUTPUT_DIR]
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=${1:-output/demo}
case $output in /*) ;; *) [ $# -gt 0 ] && output=$here/$output ;; esac
source tools/environment.sh demo

# RG1_UNCR.dcm: a computed radiograph of the chest, PA, MONOCHROME1, from pydicom-data (MIT licence).
film=$(python -c 'from pydicom.data import get_testdata_file; print(get_testdata_file("RG1_UNCR.dcm", download=False))')
export PYTHONWARNINGS=ignore
started=$SECONDS
for task in lung_segmentation_unet tuberculosis_lesions tuberculosis_screening; do
    bundle=bundles/cxr_$task
    python -m monai.bundle run --bundle_root "$bundle" --config_file "$bundle/configs/inference.json" \
        --films "$film" --output_dir "$output/$task"
done
echo
echo "Lungs segmented, lesions marked and film scored in $((SECONDS - started)) s. Research use only."
find "$output" -type f | sort
echo
python - "$output" <<'PYTHON'
import sys

import pandas as pd

output = sys.argv[1]
marks = pd.read_csv(f"{output}/tuberculosis_lesions/marks.csv")
for mark in marks[marks["probability"] >= 0.5].itertuples():
    print(f"{mark.film}: mark in the {mark.zone.replace('_', ' ')} zone, probability {mark.probability:.2f}")
film = pd.read_csv(f"{output}/tuberculosis_screening/screening.csv").iloc[0]
print(f"{film['film']}: {film['status']}, tuberculosis score: probability {film['probability']:.2f}, {film['decision']}")
print(f"(threshold {film['threshold']:.2f}); reasons, in log odds: {film['reasons']}")
PYTHON
