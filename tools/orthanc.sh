#!/usr/bin/env bash
# A DICOM archive on this machine, to try chestxr with: Orthanc with its DICOMweb plug-in, reachable from here alone.
#
#   apt-get install orthanc orthanc-dicomweb      # Debian's packages
#   bash tools/orthanc.sh [FOLDER]                # films stay in FOLDER (output/orthanc); Ctrl-C stops it
#
# It refuses requests from other machines.
#
# DICOMweb: http://127.0.0.1:8042/dicom-web    HTTP_PORT chooses another port.
# With ARCHIVE_USER and ARCHIVE_PASSWORD it asks for them. Other machines reach an archive through a web server that speaks
# TLS, such as nginx, in front of it.
set -euo pipefail
folder=${1:-output/orthanc}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

plugin=/usr/share/orthanc/plugins/libOrthancDicomWeb.so
if ! command -v Orthanc >/dev/null || [ ! -e "$plugin" ]; then
    echo "Orthanc or its DICOMweb plug-in is not installed: apt-get install orthanc orthanc-dicomweb" >&2
    exit 1
fi
if [ -n "${ARCHIVE_USER:-}" ] && [ -z "${ARCHIVE_PASSWORD:-}" ]; then
    echo "ARCHIVE_USER is set and ARCHIVE_PASSWORD is not: an archive with a name and no password is open to all" >&2
    exit 1
fi
case ${ARCHIVE_USER:-}${ARCHIVE_PASSWORD:-}$folder in *[\"\\]*)
    echo "a quotation mark or a backslash in ARCHIVE_USER, ARCHIVE_PASSWORD or FOLDER: choose others" >&2
    exit 1 ;;
esac
(
    umask 077
    cat >"$folder/orthanc.json" <<JSON
{
    "Name": "chestxr",
    "StorageDirectory": "$folder/storage",
    "IndexDirectory": "$folder/storage",
    "Plugins": ["$plugin"],
    "HttpPort": ${HTTP_PORT:-8042},
    "DicomServerEnabled": false,
    "RemoteAccessAllowed": false,
    "AuthenticationEnabled": $([ -n "${ARCHIVE_USER:-}" ] && echo true || echo false),
    "RegisteredUsers": {"${ARCHIVE_USER:-nobody}": "${ARCHIVE_PASSWORD:-}"},
    "DicomWeb": {"Enable": true, "Root": "/dicom-web/", "StudiesMetadata": "Full", "SeriesMetadata": "Full"}
}
JSON
)
exec Orthanc "$folder/orthanc.json"
