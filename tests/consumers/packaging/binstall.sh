# The addresses and names by which `cargo binstall` looks for a release, expanded by the template engine that it uses.
# Untested: a download by cargo-binstall itself, since nothing is released.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

# metadata KEY: a value of [package.metadata.binstall], as cargo reads it.
metadata() {
  cargo metadata --manifest-path "$root/Cargo.toml" --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["packages"][0]["metadata"]["binstall"][sys.argv[1]])' "$1"
}

# expand TEMPLATE TARGET EXTENSION
expand() {
  "$scratch/leon/bin/leon" "$1" -v name=tillit -v bin=tillit -v repo=https://github.com/tillit-lint/tillit \
    -v "version=$version" -v "target=$2" -v "binary-ext=$3"
}

leon_is_built() {
  cargo install --quiet --locked --debug --root "$scratch/leon" --features cli leon@3.0.3
}
try "the template engine of cargo-binstall is there" leon_is_built

names_expand() {
  local target extension
  for target in "${targets[@]}"; do
    case $target in *windows*) extension=.exe ;; *) extension= ;; esac
    same "https://github.com/tillit-lint/tillit/releases/download/v$version/tillit-$target.tar.gz" \
      "$(expand "$(metadata pkg-url)" "$target" "$extension")"
    same "tillit$extension" "$(expand "$(metadata bin-dir)" "$target" "$extension")"
  done
  same tgz "$(metadata pkg-fmt)"
}
# The targets of the npm packages are those of a release.
mapfile -t targets < <(sed -n 's/^  "\(.*\)": \[.*/\1/p' "$root/npm/build.mjs")
try "cargo binstall looks for the archives of all ${#targets[@]} targets under their names" names_expand

targets_are_released() {
  same "$(printf '%s\n' "${targets[@]}" | sort)" \
    "$(grep -oE '\b(x86_64|aarch64)-[a-z]+-[a-z]+(-[a-z]+)?\b' "$root/.github/workflows/release.yml" | sort -u)"
}
try "the release builds for these targets" targets_are_released

archive_is_found() {
  local target=${targets[0]}
  "$root/.github/archive.sh" "$target" "$program" "$scratch"
  tar tzf "$scratch/$(basename "$(expand "$(metadata pkg-url)" "$target" "")")" > "$scratch/seen"
  grep -Fx "$(expand "$(metadata bin-dir)" "$target" "")" "$scratch/seen"
  grep -Fx LICENSE-MIT "$scratch/seen"
  grep -Fx LICENSE-APACHE "$scratch/seen"
}
try "the release's archive holds the program where cargo binstall looks for it, and the licences" archive_is_found
