#!/usr/bin/env bash
# Prints the lines of a release for `action/checksums.txt`.
#   .github/checksums.sh VERSION FOLDER             FOLDER holds the archives
set -euo pipefail
version=$1
cd "$2"

for archive in tillit-*.tar.gz; do
  target=${archive#tillit-}
  checksum=$(sha256sum <"$archive")
  printf '%s %s %s\n' "$version" "${target%.tar.gz}" "${checksum%% *}"
done
