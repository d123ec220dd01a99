#!/usr/bin/env bash
# Makes the tables of ../comparison.md again: copies the programs to a folder, installs and builds them there, and runs
# them. `run.sh [FOLDER]` keeps FOLDER, so that a second run is quick; without it a temporary one is made and removed.
# Wants node with npm, python3 with venv, and cargo.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
cp -R "$here/aws-cdk" "$here/rusty-cdk" "$here/troposphere" "$here/cloudcart" "$work/"
# The small stack of CloudCart is an example of the library, and the library is the one beside this folder.
root=$(cd "$here/../.." && pwd)
cp "$root/cloudcart-cfn/examples/orders.rs" "$work/cloudcart/src/"
sed -i -e 's|"\.\./.*/examples/|"|' -e "s|\"\.\./.*/cloudcart-cfn\"|\"$root/cloudcart-cfn\"|" \
    "$work/cloudcart/Cargo.toml" "$work/cloudcart/src/main.rs"

timed() { # NAME COMMAND...: runs it quietly and notes its seconds
    local start=$SECONDS name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 || { tail -n 20 "$work/$name.log" >&2; exit 1; }
    echo "$name: $((SECONDS - start)) s" >&2
}
timed npm-install npm install --prefix "$work/aws-cdk" --no-audit --no-fund --no-package-lock
# Some of the mistakes are compile errors; the JavaScript is written all the same.
(cd "$work/aws-cdk" && npx tsc >tsc.txt) || true
timed venv python3 -m venv "$work/venv"
timed pip-install "$work/venv/bin/pip" install -r "$work/troposphere/requirements.txt"
# rusty-cdk's zip_file! wants the archive while it compiles; an empty one will do.
printf 'PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$work/rusty-cdk/code.zip"
export CARGO_TARGET_DIR="$work/target"
(cd "$work/rusty-cdk" && timed cargo-build nice cargo build --release --bins)
(cd "$work/cloudcart" && timed cloudcart-build nice cargo build --release --bins)

cd "$work"
venv/bin/python "$here/compare.py"
