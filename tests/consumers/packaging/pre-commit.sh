# The hook of this repository at its last commit, and the hook of the page that takes the wheel.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

export PRE_COMMIT_HOME=$scratch/pre-commit-home PRE_COMMIT_COLOR=never
# Makes what pip builds for the hook the same build as that of the wheel.
export MATURIN_PEP517_ARGS="--profile dev"
head=$(git -C "$root" rev-parse HEAD)

try "pre-commit accepts .pre-commit-hooks.yaml" pre-commit validate-manifest "$root/.pre-commit-hooks.yaml"

hook_is_tried() {
  cd "$scratch/clean"
  exits 0 pre-commit try-repo "$root" tillit --ref "$head" --all-files --verbose | tee "$scratch/seen"
  grep -q '^1 manifest in 1 file' "$scratch/seen"
}
try "try-repo builds this repository, and a clean manifest passes" hook_is_tried

# hook FOLDER ARGS ARGUMENT…: runs the hook in this folder, with the hook's arguments as the user's configuration has them.
hook() {
  local folder=$1 args=$2
  shift 2
  printf 'repos: [{ repo: "%s", rev: %s, hooks: [{ id: tillit, args: %s }] }]\n' "$root" "$head" "$args" > "$scratch/hook.yaml"
  (cd "$folder" && pre-commit run --config "$scratch/hook.yaml" --verbose "$@")
}

hook_finds() {
  exits 1 hook "$scratch/findings" '[]' --all-files | tee "$scratch/seen"
  grep -q 'error\[discussion-not-just-information\]' "$scratch/seen"
}
try "findings stop a commit, and are shown" hook_finds

hook_takes_arguments() {
  exits 0 hook "$scratch/findings" '[--fail-on, never, --quiet]' --all-files | tee "$scratch/seen"
  grep -q '^shift-planner.tillit.yaml: 2 errors' "$scratch/seen"
}
try "the user's arguments reach the program" hook_takes_arguments

# Which files start it. The folder has a manifest with findings, so that a run is seen by its exit code.
hook_starts() {
  local file
  repository "$scratch/names" shift-planner
  cd "$scratch/names"
  mkdir systems
  for file in a.tillit.yaml systems/b.tillit.yml tillit.yaml systems/tillit.yml tillit-baseline.json; do
    : > "$file"
    exits 1 hook . '[]' --files "$file"
    rm "$file"
  done
  for file in README.md nottillit.yaml a.tillit.yaml.orig systems/my-tillit-baseline.json; do
    : > "$file"
    exits 0 hook . '[]' --files "$file"
    rm "$file"
  done
}
try "manifests, configuration and baseline start the hook, and nothing else" hook_starts

hook_of_the_page() {
  take_wheel
  block pre-commit yaml 1 > "$scratch/wheel-hook.yaml"
  pre-commit validate-config "$scratch/wheel-hook.yaml"
  cd "$scratch/clean"
  exits 0 pre-commit run --config "$scratch/wheel-hook.yaml" --all-files --verbose | tee "$scratch/seen"
  grep -q '^1 manifest in 1 file' "$scratch/seen"
  cd "$scratch/findings"
  exits 1 pre-commit run --config "$scratch/wheel-hook.yaml" --all-files
}
try "the page's hook with the wheel runs" hook_of_the_page

hooks_agree() {
  local entry='import sys, yaml; hooks = yaml.safe_load(sys.stdin); hook = (hooks[0] if isinstance(hooks, list) else hooks["repos"][0]["hooks"][0])
print(*(f"{key}: {hook[key]}" for key in ("id", "language", "entry", "pass_filenames", "files")), sep="\n")'
  same "$(python3 -c "$entry" < "$root/.pre-commit-hooks.yaml")" "$(block pre-commit yaml 1 | python3 -c "$entry")"
}
try "both hooks are the same" hooks_agree

page_pins_the_tag() {
  block pre-commit yaml 2 > "$scratch/tag-hook.yaml"
  pre-commit validate-config "$scratch/tag-hook.yaml"
  grep -q "^    rev: v$version\$" "$scratch/tag-hook.yaml"
}
try "the page's hook with the tag is valid" page_pins_the_tag
