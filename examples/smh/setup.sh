#!/bin/sh
# Makes this example in a new or empty folder: sh setup.sh DIR
# Then: cd DIR && ./with-emulator reshelve plan && ./with-emulator reshelve apply
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
cp "$here/reshelve.yaml" "$here/library.yaml" "$here/with-emulator" "$dir/"
