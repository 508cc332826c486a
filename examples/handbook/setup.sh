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
mkdir -p desk/source/Handbook/approved/Leave desk/source/Policies "desk/team/Handbook/Local notes"
echo "Welcome." >desk/source/Handbook/approved/Welcome.txt
echo "Thirty days." >desk/source/Handbook/approved/Leave/Leave.txt
echo "Not yet agreed." >desk/source/Handbook/approved/Leave/Sabbatical.draft.txt
echo "By train, if it can be." >"desk/source/Policies/Travel policy.txt"
echo "The coffee machine is moody." >"desk/team/Handbook/Local notes/Coffee.txt"
