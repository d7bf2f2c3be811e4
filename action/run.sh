#!/usr/bin/env bash
# One run of tillit in a GitHub workflow: gets the program, runs it once, hands on what it reports.
# Every input arrives in the environment (see action.yml) and is only ever passed on as one quoted word.
# For bash 3.2 (macOS) and Git's bash (Windows); the tests run it on Linux only. bash 3.2 goes on after a subshell that
# failed, so there is none.
set -euo pipefail
# The runner reads standard output and standard error as two streams; in one, nothing slips past `stop-commands`.
exec 2>&1

# An annotation. The text may quote an input, so what could begin another command is escaped.
say() {
  local text=$2
  text=${text//\%/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::%s title=tillit::%s\n' "$1" "$text"
}

output() {
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

die() {
  say error "$1"
  output exit-code 2
  exit 2
}

# Whether git has this commit here. A folder of the checkout may pose as a repository without a work tree, with settings
# that name programs for git to run, so git takes only the real one.
is_here() {
  git -c safe.bareRepository=explicit cat-file -e "$1^{commit}" 2>/dev/null
}

# The commit that a pull request is compared with: what GitHub has merged it into, where the merge is checked out. The base
# that the event names is from when the pull request was last pushed to, and the branch may have moved on since.
pull_request_base() {
  local merge
  merge=$(git -c safe.bareRepository=explicit rev-parse --quiet --verify 'HEAD^2^{commit}' 2>/dev/null) || merge=
  if [[ -n $merge && $(git -c safe.bareRepository=explicit rev-parse HEAD) == "${GITHUB_SHA:-}" ]]; then
    git -c safe.bareRepository=explicit rev-parse 'HEAD^1'
  else
    printf '%s\n' "$TILLIT_PULL_REQUEST_BASE"
  fi
}

must_be_boolean() {
  [[ $2 == true || $2 == false ]] || die "\`$1\` is \`$2\`. Write \`true\` or \`false\`."
}

# Puts the archive of release $1 into the current folder and unpacks it, if it is the one that the table names.
unpack_release() {
  local version=$1 target archive url expected actual
  case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *) die "There is no archive for $RUNNER_OS on $RUNNER_ARCH. Use \`version: source\`, which needs a Rust toolchain." ;;
  esac
  expected=$(awk -v version="$version" -v target="$target" '$1 == version && $2 == target { print $3 }' "$table")
  [[ -n $expected ]] ||
    die "Version $version for $target is not in the checksums of this commit of the action. Pin the action to a commit that knows it, or leave \`version\` out to use the newest that this one knows."
  archive=tillit-$target.tar.gz
  url=https://github.com/tillit-lint/tillit/releases/download/v$version/$archive
  curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 3 --output "$archive" "$url" ||
    die "$url could not be downloaded; the lines above say why. Run the job again, or use \`version: source\`, which needs a Rust toolchain."
  # macOS has no sha256sum before version 15.
  if command -v sha256sum >/dev/null; then
    actual=$(sha256sum <"$archive")
  else
    actual=$(shasum -a 256 <"$archive")
  fi
  actual=${actual%% *}
  [[ $actual == "$expected" ]] ||
    die "$url is not the file that was released: its SHA-256 is $actual, and this commit of the action expects $expected. Nothing of it was run. Do not run the job again before you know why; please report it at https://github.com/tillit-lint/tillit/security."
  tar -xzf "$archive"
}

must_be_boolean changed-only "$TILLIT_CHANGED_ONLY"
must_be_boolean advanced-security "$TILLIT_ADVANCED_SECURITY"

table=$GITHUB_ACTION_PATH/action/checksums.txt
version=$TILLIT_VERSION
if [[ -z $version ]]; then
  version=$(awk '$1 != "#" && NF { newest = $1 } END { print newest }' "$table")
  [[ -n $version ]] ||
    die "This commit of the action knows no released version. Pin the action to a release, or use \`version: source\`, which needs a Rust toolchain."
fi
[[ $version == source || $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] ||
  die "\`version\` is \`$version\`. Write a version as \`1.2.3\`, or \`source\`, or leave it out."

# Everything is written here, and the program is fetched or built here: the checkout may hold settings for such tools
# (`.cargo/config.toml`, for instance), and a pull request can write them.
work=$(mktemp -d "$RUNNER_TEMP/tillit.XXXXXX")
cd "$work"
if [[ $version == source ]]; then
  cargo install --locked --path "$GITHUB_ACTION_PATH" --root "$work" ||
    die "tillit could not be built from source; the lines above say why. It needs Rust 1.88 or later."
  program=$work/bin/tillit
else
  unpack_release "$version"
  program=$work/tillit
fi

cd "$GITHUB_WORKSPACE"
# The shell's own message would print the input as it is.
cd -- "$TILLIT_WORKING_DIRECTORY" 2>/dev/null ||
  die "\`working-directory\` is \`$TILLIT_WORKING_DIRECTORY\`, which is no folder of the checkout."

base=
[[ -z $TILLIT_PULL_REQUEST_BASE ]] || base=$(pull_request_base)

args=(
  --format=text
  "--report=github=$work/annotations.txt"
  "--report=json=$work/tillit.json"
  "--report=markdown=$work/tillit.md"
  "--report=sarif=$work/tillit.sarif"
)
# What a pull request changes about systems, for the summary alone.
changes=("--since=$base" --format=markdown "--output=$work/changes.md" --fail-on=changed)
[[ -z $TILLIT_FAIL_ON ]] || args+=("--fail-on=$TILLIT_FAIL_ON")
for option in "config=$TILLIT_CONFIG" "packs=$TILLIT_PACKS" "lang=$TILLIT_LANGUAGE"; do
  [[ -z ${option#*=} ]] || {
    args+=("--$option")
    changes+=("--$option")
  }
done

partly=false
if [[ $TILLIT_CHANGED_ONLY == true && -n $base ]]; then
  # A base that is not here is for the program to report: a check of less than was asked for is no check.
  args+=("--since=$base")
  partly=true
elif [[ $TILLIT_CHANGED_ONLY == true ]]; then
  if is_here "$TILLIT_PUSH_BEFORE"; then
    args+=("--since=$TILLIT_PUSH_BEFORE")
    partly=true
  else
    say notice "Everything is checked, not only what changed: the commit before this push is not known or not in the checkout. If it should be, set \`fetch-depth: 0\` in actions/checkout."
  fi
elif [[ -n $base ]]; then
  if is_here "$base"; then
    args+=("--base=$base")
  else
    say warning "Whether this pull request makes the check milder was not looked at: commit $base, on which it is based, is not in the checkout, or git does not answer here. Set \`fetch-depth: 0\` in actions/checkout."
  fi
fi

args+=(--)
changes+=(--)
while IFS= read -r path; do
  [[ -z $path ]] || {
    args+=("$path")
    changes+=("$path")
  }
done <<<"$TILLIT_PATHS"

# Manifests come from strangers. Whatever the program prints of them, the runner obeys nothing between these two lines;
# the second one starts on a line of its own even if the program's last one has no end.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
code=0
"$program" check "${args[@]}" </dev/null || code=$?
changed=0
[[ -z $base ]] || "$program" diff "${changes[@]}" </dev/null || changed=$?
printf '\n::%s::\n' "$token"

# It decides nothing: without it, the check counts all the same.
if ((changed > 0)); then
  [[ -s $work/changes.md ]] ||
    printf 'What this pull request changes about systems could not be compared. The log of this step says why.\n' >"$work/changes.md"
  cat "$work/changes.md" >>"$GITHUB_STEP_SUMMARY"
  printf '\n' >>"$GITHUB_STEP_SUMMARY"
fi

output version "$version"
output exit-code "$code"
if ((code > 1)); then
  say error "tillit could not check (exit code $code), or not everything. The log of this step says why."
  # What was found all the same must not be lost.
  [[ ! -s $work/tillit.md ]] || cat "$work/tillit.md" >>"$GITHUB_STEP_SUMMARY"
  exit
fi

cat "$work/annotations.txt"
cat "$work/tillit.md" >>"$GITHUB_STEP_SUMMARY"

# The summary comes first in the report, before any text of a manifest.
count() {
  sed -n "/^ *\"$1\": *\([0-9][0-9]*\),*\$/{s//\1/p;q;}" "$work/tillit.json"
}
errors=$(count error)
warnings=$(count warning)
notes=$(count note)
[[ -n $errors && -n $warnings && -n $notes ]] ||
  die "The report of tillit $version has no summary that this commit of the action can read. Leave \`version\` out, or pin both to the same release."
output errors "$errors"
output warnings "$warnings"
output findings "$((errors + warnings + notes))"
output report-file "$work/tillit.md"
output sarif-file "$work/tillit.sarif"

if [[ $TILLIT_ADVANCED_SECURITY == true ]]; then
  if [[ -n $TILLIT_PULL_REQUEST_BASE && $TILLIT_PULL_REQUEST_REPOSITORY != "$GITHUB_REPOSITORY" ]]; then
    say notice "Nothing was uploaded to code scanning: a pull request from a fork may not write there. The check itself counts."
  elif [[ $partly == true ]]; then
    say notice "Nothing was uploaded to code scanning: only a part was checked, and code scanning would take everything else for fixed. Leave \`changed-only\` out to upload."
  else
    output upload true
  fi
fi
