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
cp "$here/teams.yaml" "$dir/"
cd "$dir"
mkdir -p desk/kits/starter/forms desk/kits/office desk/kits/field desk/teams/Sales
echo "Read me first." >desk/kits/starter/Welcome.txt
echo "Name, date, place." >desk/kits/starter/forms/Travel.txt
echo "for the authors only" >desk/kits/starter/forms/Travel.note
echo "Desks and chairs." >desk/kits/office/Furniture.txt
echo "Boots and maps." >desk/kits/field/Gear.txt
echo "Our own list." >desk/teams/Sales/Contacts.txt
