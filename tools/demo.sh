#!/usr/bin/env bash
# Outlines the lungs on a real chest film (DICOM) with the shipped bundle. Usage: bash tools/demo.sh [OUTPUT_DIR]
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=${1:-output/demo}
case $output in /*) ;; *) [ $# -gt 0 ] && output=$here/$output ;; esac
source tools/environment.sh

# RG1_UNCR.dcm: a computed radiograph of the chest, PA, MONOCHROME1, from pydicom-data (MIT licence).
film=$(python -c 'from pydicom.data import get_testdata_file; print(get_testdata_file("RG1_UNCR.dcm", download=False))')
bundle=bundles/cxr_lung_segmentation_unet
export PYTHONWARNINGS=ignore
started=$SECONDS
python -m monai.bundle run --bundle_root "$bundle" --config_file "$bundle/configs/inference.json" \
    --films "$film" --output_dir "$output"
echo
echo "Lungs outlined in $((SECONDS - started)) s. Research use only."
find "$output" -type f | sort
