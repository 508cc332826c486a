#!/bin/sh
# Makes this example in a new or empty folder: sh setup.sh DIR
# Then: cd DIR && reshelve plan && reshelve apply
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-}
if [ -z "$dir" ]; then
    echo "usage: sh setup.sh DIR   (a folder that does not exist yet, or is empty)" >&2
    exit 3
fi
if [ -e "$dir" ] && { [ ! -d "$dir" ] || [ -n "$(ls -A "$dir")" ]; }; then
    echo "$dir is not an empty folder; nothing was written" >&2
    exit 4
fi

mkdir -p "$dir"
cp "$here/reshelve.yaml" "$dir/"
cd "$dir"
mkdir -p desk/files/inbox/phone desk/files/inbox/invoices/may desk/files/archive/2026/tables
echo "day,sum" >desk/files/inbox/monday.csv
echo "day,sum,tax" >desk/files/inbox/tuesday.csv
echo "an older monday" >desk/files/archive/2026/tables/monday.csv
echo "a scan" >desk/files/inbox/phone/scan-1.jpg
echo "another scan" >desk/files/inbox/scan-2.png
echo "a portrait" >desk/files/inbox/phone/portrait.jpg
echo "forty" >desk/files/inbox/invoices/may/paper.pdf
echo "scratch" >desk/files/inbox/phone/upload.tmp
