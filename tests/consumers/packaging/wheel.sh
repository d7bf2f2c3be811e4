# The sdist and the wheel. The wheel is built from the sdist, so that the sdist is shown to be whole.
# Leaves behind: $program, the static program out of it, and take_wheel, after which pip takes this wheel wherever
# `tillit==…` is asked for.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

sdist_is_what_builds() {
  maturin sdist --manifest-path "$root/Cargo.toml" --out "$scratch/sdist"
  tar xzf "$scratch/sdist/tillit-$version.tar.gz" -C "$scratch/sdist"
  same \
    "$({ cd "$root" && git ls-files build.rs src rules schemas Cargo.\* README.md CHANGELOG.md LICENSE-\* pyproject.toml; echo PKG-INFO; } | LC_ALL=C sort)" \
    "$(cd "$scratch/sdist/tillit-$version" && find . -type f -printf '%P\n' | LC_ALL=C sort)"
}
try "the sdist holds what the program is built from, and nothing else" sdist_is_what_builds

wheel_is_built() {
  maturin build --profile dev --manifest-path "$scratch/sdist/tillit-$version/Cargo.toml" --out "$scratch/wheel"
  python3 -m zipfile --extract "$scratch"/wheel/tillit-"$version"-py3-none-*.whl "$scratch/wheel/contents"
  chmod +x "$program" # zipfile does not restore it
}
program=$scratch/wheel/contents/tillit-$version.data/scripts/tillit
try "the sdist builds to a wheel" wheel_is_built
take_wheel() {
  echo "tillit @ file://$(echo "$scratch"/wheel/*.whl)" > "$scratch/constraints.txt"
  export PIP_CONSTRAINT=$scratch/constraints.txt
}

wheel_holds() {
  local info=tillit-$version.dist-info
  same "tillit-$version.data/scripts/tillit
$info/METADATA
$info/RECORD
$info/WHEEL
$info/licenses/LICENSE-APACHE
$info/licenses/LICENSE-MIT
$info/sboms/tillit.cyclonedx.json" "$(cd "$scratch/wheel/contents" && find . -type f -printf '%P\n' | LC_ALL=C sort)"
}
try "the wheel holds the program, the licences, a list of its parts, and nothing else" wheel_holds

wheel_says() {
  same "Name: tillit
Version: $version
License-File: LICENSE-APACHE
License-File: LICENSE-MIT
Summary: $(sed -n 's/^description = "\(.*\)"/\1/p' "$root/Cargo.toml")
License: MIT OR Apache-2.0
Requires-Python: >=3.8
Project-URL: Source Code, https://github.com/tillit-lint/tillit" \
    "$(sed '/^$/q' "$scratch/wheel/contents/tillit-$version.dist-info/METADATA" | grep -E '^(Name|Version|License.*|Summary|Requires-.*|Project-URL): ')"
}
try "the wheel says of itself what Cargo.toml says" wheel_says

wheel_installs() {
  take_wheel
  python3 -m venv "$scratch/python"
  "$scratch/python/bin/pip" install --quiet --no-index "tillit==$version"
  same "tillit $version" "$("$scratch/python/bin/tillit" --version)"
  exits 0 "$scratch/python/bin/tillit" check "$scratch/clean"
  exits 1 "$scratch/python/bin/tillit" check "$scratch/findings"
  exits 2 "$scratch/python/bin/tillit" check "$scratch/nothing"
}
try "pip installs the wheel, and the program ends with 0, 1 and 2" wheel_installs
