#!/usr/bin/env bash
# Real programs read what tillit writes, and hostile input is tried in every format.
#
#   tests/consumers/run.sh [SCRATCH]
#
# Everything is installed into SCRATCH (default: a temporary folder that is removed again). The program is $TILLIT;
# default: target/release/tillit, built if it is not there. Needed: python3 (3.11 or later), node with npm, git, ssh-keygen.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  scratch=$(cd "$1" && pwd)
else
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
fi

for needed in python3 npm git ssh-keygen; do
  if ! command -v "$needed" >/dev/null; then
    echo "run.sh: $needed is needed and not found" >&2
    exit 1
  fi
done

if [ -z "${TILLIT:-}" ]; then
  TILLIT=$root/target/release/tillit
  [ -x "$TILLIT" ] || (cd "$root" && cargo build --release --locked)
fi
# One test lets another user start it, to have files that may not be read. That user must get there.
chmod a+x "$scratch"
install -m 755 "$TILLIT" "$scratch/tillit"
export TILLIT=$scratch/tillit

passed=0 failed=0 skipped=0

# Makes a virtual environment from the requirements of a folder.
environment() {
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$1/requirements.txt"
}

# Runs a group of checks and adds its closing line to the sum. One that ends without such a line, or badly although
# nothing failed by its own count, has failed.
group() {
  local name=$1 log=$scratch/$1.log status=0 line good bad left
  shift
  printf '\n# %s\n' "$name"
  rm -rf "${scratch:?}/$name"
  mkdir "$scratch/$name"
  "$@" 2>&1 | tee "$log" || status=$?
  line=$(sed -nE 's/^([^ ]+: )?([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\2 \3 \5/p' "$log" | tail -n 1)
  read -r good bad left <<<"${line:-0 0}"
  if [ -z "$line" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
    echo "FAILED $name: ended with $status, and its closing line is '$line'"
    bad=$((bad + 1))
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
}

# A group with a folder, a script and requirements of its own.
folder_group() {
  local name=$1
  if [ ! -x "$here/$name/run.sh" ]; then
    printf '\n# %s\nFAILED %s: there is no %s/run.sh that can be run\n' "$name" "$name" "$name"
    failed=$((failed + 1))
    return
  fi
  [ ! -e "$here/$name/requirements.txt" ] || environment "$here/$name" "$scratch/python-$name"
  PATH="$scratch/python-$name/bin:$PATH" group "$name" "$here/$name/run.sh" "$scratch/$name"
}

environment "$here" "$scratch/python"
python=$scratch/python/bin/python
rm -rf "$scratch/npm"
mkdir "$scratch/npm"
cp "$here/package.json" "$here/package-lock.json" "$scratch/npm"
(cd "$scratch/npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
# All that the package's install script does.
chmod u+x "$scratch/npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

group self-test "$python" "$here/self_test.py" "$TILLIT" "$scratch/self-test"
group formats "$python" "$here/formats.py" "$TILLIT" "$scratch/formats" "$scratch/npm/node_modules"
group canonical "$python" "$here/canonical.py" "$TILLIT" "$scratch/canonical"
group signers "$python" "$here/signers.py" "$TILLIT" "$scratch/signers"
group hostile "$python" "$here/hostile/run.py" "$TILLIT" "$scratch/hostile"
folder_group action
folder_group packaging

printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
