#!/usr/bin/env bash
# Tests of how tillit is packed and brought into pipelines: what people install is built, installed and run.
#
#   TILLIT=target/release/tillit tests/consumers/packaging/run.sh
#
# For Linux. Needs an active virtual environment with requirements.txt, cargo, git, npm, and buildah (as root, for its
# chroot isolation). Each subject is a file beside this one. The program is built with the profile dev and linked
# statically, since nothing here depends on its speed; what this leaves untested is that a release is built likewise.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(git -C "$here" rev-parse --show-toplevel)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
TILLIT=$(realpath "${TILLIT:?the path of a tillit program}")
# shellcheck disable=SC2034 # The subjects use it.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
host=$(rustc -vV | sed -n 's/^host: //p')

# One build serves all: the same flags, and the same folder for what was built. A target that is named keeps the flags
# away from procedural macros, which cannot be static.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target} CARGO_BUILD_TARGET=$host
export RUSTFLAGS=-Ctarget-feature=+crt-static CARGO_PROFILE_DEV_DEBUG=false CARGO_PROFILE_DEV_STRIP=true
# Examples are judged as of one day, and git takes nothing from whoever runs this.
export SOURCE_DATE_EPOCH=1796083200 GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester
git config --global user.email tester@example.org
git config --global init.defaultBranch main

passed=0 failed=0 skipped=0

# try NAME COMMAND…: a case; its output is shown when it fails. `set -e` would not count below `if` or `||`.
try() {
  local name=$1 status
  shift
  set +e
  (set -e; "$@") > "$scratch/output" 2>&1 < /dev/null
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    echo "ok      $name"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    sed 's/^/        /' "$scratch/output"
  fi
}

skip() {
  skipped=$((skipped + 1))
  echo "SKIPPED $1: $2"
}

# exits CODE COMMAND…: fails unless the command ends with this code.
exits() {
  local expected=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" = "$expected" ] || fail "exit code $status instead of $expected: $*"
}

# same EXPECTED FOUND: fails and shows the difference. What is expected is never nothing.
same() {
  [ -n "$1" ]
  diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") || fail "(< expected, > found)"
}

# block HEADING LANGUAGE NUMBER: a block of the page that tells people what to paste.
block() {
  python3 "$here/block.py" "$root/docs/ci.md" "$@"
}

fail() {
  echo "$*" >&2
  return 1
}

# repository FOLDER [EXAMPLE…]: a git repository with these manifests of the examples in its one commit.
repository() {
  local folder=$1 example
  shift
  git init --quiet "$folder"
  for example; do cp "$root/examples/$example.tillit.yaml" "$folder"; done
  git -C "$folder" add .
  git -C "$folder" commit --quiet --allow-empty --message "what was there"
}
# What the three exit codes look like.
repository "$scratch/clean" exemplary
repository "$scratch/findings" shift-planner
repository "$scratch/nothing"

before=$(git -C "$root" status --porcelain)
for subject in wheel pre-commit image npm binstall pipelines; do
  echo "# $subject"
  # shellcheck source=/dev/null
  source "$here/$subject.sh"
done
try "the checkout is as it was" same "status: $before" "status: $(git -C "$root" status --porcelain)"

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
