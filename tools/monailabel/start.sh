#!/usr/bin/env bash
# Starts MONAI Label with the lung bundles of this repository, on a folder of films or a DICOMweb service.
#
#   bash tools/monailabel/start.sh FOLDER
#   bash tools/monailabel/start.sh http://127.0.0.1:8042/dicom-web
#
# Then add http://127.0.0.1:8000 as a server in 3D Slicer's module "MONAI Label". PORT sets another port, HOST another
# listen address; further arguments are passed to MONAI Label (--conf models unet).
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
films=${1:?"found no films; expected a folder or the URL of a DICOMweb service"}
shift
case $films in http://* | https://* | /*) ;; *) films=$here/$films ;; esac
source tools/monailabel/environment.sh

export MONAI_LABEL_DATASTORE_FILE_EXT='["*.png","*.jpg","*.jpeg","*.jp2","*.j2k","*.tif","*.tiff","*.bmp","*.dcm","*.nii","*.nii.gz"]'
# Scoring runs on request only, not after every change: two concurrent runs would write the same file.
export MONAI_LABEL_AUTO_UPDATE_SCORING=false MONAI_LABEL_RELOAD_APP_LIB=false
export PYTHONWARNINGS=ignore PORT=${PORT:-8000}
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}  # required by MONAI Label
exec python tools/monailabel/server.py start_server --app tools/monailabel --studies "$films" \
    --host "${HOST:-127.0.0.1}" --port "$PORT" "$@"
