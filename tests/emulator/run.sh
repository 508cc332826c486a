#!/usr/bin/env bash
# Drives the emulator with the vendor's own Python client: tests/emulator/run.sh
#
# The client is installed into a virtual environment below target/. Where that cannot be done this
# fails; it never passes without having made the calls.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() {
    printf 'tests/emulator/run.sh: %s\n' "$*" >&2
    exit 1
}

environment=target/vendor-client
python=$environment/bin/python

make_environment() {
    rm -rf "$environment"
    command -v python3 >/dev/null && python3 -m venv "$environment" && "$python" -m pip --version
}

if ! "$python" -m pip --version >/dev/null 2>&1 && ! make_environment >/dev/null 2>&1; then
    # Debian has the module in a package of its own, which brings Python along.
    command -v apt-get >/dev/null ||
        fail 'python3 with its module venv is missing, and there is no apt-get to install it with.'
    { apt-get update -q && apt-get install -y -q --no-install-recommends python3-venv; } ||
        fail 'python3-venv could not be installed, so nothing was tested.'
    make_environment >/dev/null ||
        fail 'python3 still cannot make a virtual environment, so nothing was tested.'
fi

"$python" -m pip install --quiet --disable-pip-version-check -r tests/emulator/requirements.txt ||
    fail 'the vendor client could not be installed, so nothing was tested.'

cargo build --locked --quiet --all-features --bin reshelve-emulator
program=${CARGO_TARGET_DIR:-target}/debug/reshelve-emulator
exec "$python" tests/emulator/sdk.py "$program"
