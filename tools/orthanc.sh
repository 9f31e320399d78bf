#!/usr/bin/env bash
# Local DICOM archive for trying chestxr: Orthanc with its DICOMweb plug-in, reachable from this machine only.
#
#   apt-get install orthanc orthanc-dicomweb orthanc-webviewer      # Debian's packages
#   bash tools/orthanc.sh [FOLDER]                # stores films in FOLDER (output/orthanc); Ctrl-C stops it
#
# DICOMweb: http://127.0.0.1:8042/dicom-web    HTTP_PORT sets another port.
# Its pages: http://127.0.0.1:8042; with orthanc-webviewer, a series has the button "Orthanc Web Viewer".
# DICOM_PORT=4242 also starts its storage service, ORTHANC@127.0.0.1:4242 (C-STORE), which Orthanc opens to other machines.
# With ARCHIVE_USER and ARCHIVE_PASSWORD it requires them. For access from other machines put a reverse proxy with TLS,
# such as nginx, in front of it. Objects of classes that Orthanc does not know, such as label maps, are accepted too.
set -euo pipefail
folder=${1:-output/orthanc}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

plugins=/usr/share/orthanc/plugins
if ! command -v Orthanc >/dev/null || [ ! -e $plugins/libOrthancDicomWeb.so ]; then
    echo "Orthanc or its DICOMweb plug-in is not installed: apt-get install orthanc orthanc-dicomweb" >&2
    exit 1
fi
if [ -n "${ARCHIVE_USER:-}" ] && [ -z "${ARCHIVE_PASSWORD:-}" ]; then
    echo "found ARCHIVE_USER without ARCHIVE_PASSWORD; expected both; set ARCHIVE_PASSWORD" >&2
    exit 1
fi
web_viewer=
[ -e $plugins/libOrthancWebViewer.so ] && web_viewer=", \"$plugins/libOrthancWebViewer.so\""
case ${ARCHIVE_USER:-}${ARCHIVE_PASSWORD:-}$folder in *[\"\\]*)
    echo "found a quotation mark or backslash in ARCHIVE_USER, ARCHIVE_PASSWORD or FOLDER; choose other values" >&2
    exit 1 ;;
esac
(
    umask 077
    cat >"$folder/orthanc.json" <<JSON
{
    "Name": "chestxr",
    "StorageDirectory": "$folder/storage",
    "IndexDirectory": "$folder/storage",
    "Plugins": ["$plugins/libOrthancDicomWeb.so"$web_viewer],
    "HttpPort": ${HTTP_PORT:-8042},
    "DicomServerEnabled": $([ -n "${DICOM_PORT:-}" ] && echo true || echo false),
    "DicomPort": ${DICOM_PORT:-4242},
    "DicomAet": "ORTHANC",
    "DicomCheckCalledAet": true,
    "UnknownSopClassAccepted": true,
    "RemoteAccessAllowed": false,
    "AuthenticationEnabled": $([ -n "${ARCHIVE_USER:-}" ] && echo true || echo false),
    "RegisteredUsers": {"${ARCHIVE_USER:-nobody}": "${ARCHIVE_PASSWORD:-}"},
    "DicomWeb": {"Enable": true, "Root": "/dicom-web/", "StudiesMetadata": "Full", "SeriesMetadata": "Full"}
}
JSON
)
exec Orthanc "$folder/orthanc.json"
