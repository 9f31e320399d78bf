#!/usr/bin/env bash
# OHIF, a web viewer, and a local archive (Orthanc) on one origin, reachable from this machine only.
#
#   apt-get install orthanc orthanc-dicomweb nginx-light npm      # Debian's packages
#   bash tools/viewer/viewer.sh [FOLDER]        # keeps OHIF and the films in FOLDER (output/viewer); Ctrl-C stops it
#
# Viewer: http://127.0.0.1:8080    DICOMweb: http://127.0.0.1:8080/dicom-web
# VIEWER_PORT and HTTP_PORT (the archive's own, 8042) set other ports.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-output/viewer}
version=3.13.2
port=${VIEWER_PORT:-8080}
export HTTP_PORT=${HTTP_PORT:-8042}

for program in npm nginx Orthanc; do
    command -v $program >/dev/null || {
        echo "$program is not installed: apt-get install orthanc orthanc-dicomweb nginx-light npm" >&2
        exit 1
    }
done
mkdir -p "$folder/nginx"
folder=$(cd "$folder" && pwd)
case $folder in *[\"\;\{\}\$\\]*)
    echo "found a quotation mark, semicolon, brace, dollar sign or backslash in FOLDER; choose another" >&2
    exit 1 ;;
esac
if [ ! -d "$folder/ohif-$version" ]; then
    echo "getting OHIF $version from npm (50 MB) ..."
    rm -rf "$folder/partial"
    mkdir "$folder/partial"
    (cd "$folder/partial" && npm pack --silent "@ohif/app@$version" >/dev/null && tar xzf ./*.tgz)
    mv "$folder/partial/package/dist" "$folder/ohif-$version"
    rm -rf "$folder/partial"
fi
cat >"$folder/nginx.conf" <<CONF
daemon off; master_process off; pid "$folder/nginx/pid"; error_log "$folder/nginx/error.log";
events {}
http {
  include /etc/nginx/mime.types; access_log off; client_max_body_size 0;
  client_body_temp_path "$folder/nginx/body"; proxy_temp_path "$folder/nginx/proxy";
  fastcgi_temp_path "$folder/nginx/f"; uwsgi_temp_path "$folder/nginx/u"; scgi_temp_path "$folder/nginx/s";
  server {
    listen 127.0.0.1:$port; root "$folder/ohif-$version";
    location = /app-config.js { alias "$here/app-config.js"; }
    location /dicom-web/ { proxy_pass http://127.0.0.1:$HTTP_PORT; proxy_set_header Host \$http_host; }
    location / { try_files \$uri /index.html; }
  }
}
CONF
bash "$here/../orthanc.sh" "$folder/archive" &
archive=$!
trap 'kill $archive 2>/dev/null || true' EXIT
echo "viewer: http://127.0.0.1:$port    Ctrl-C stops it"
nginx -c "$folder/nginx.conf"
