#!/usr/bin/env bash
# Packs a built program as the archive of a release: the program and the licences, without a folder around them.
#   .github/archive.sh TARGET PROGRAM FOLDER        writes FOLDER/tillit-TARGET.tar.gz
set -euo pipefail
target=$1 program=$2 folder=$3
root=$(cd "$(dirname "$0")/.." && pwd)

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp "$program" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$stage"
# Through standard output: as an argument of tar, a Windows path with its colon would name another machine.
tar -czf - -C "$stage" "$(basename "$program")" LICENSE-MIT LICENSE-APACHE >"$folder/tillit-$target.tar.gz"
