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
mkdir -p desk/shelves/left desk/shelves/right desk/shelves/middle desk/shelves/new
echo "from the left" >desk/shelves/left/a.txt
echo "from the right" >desk/shelves/right/b.txt
echo "from the middle" >desk/shelves/middle/c.txt
echo "just in" >desk/shelves/new/d.txt
