# The GitLab job and the blocks of the page for GitLab, Azure and Jenkins: held against the servers' schemas where there
# are any, and their commands run in a clone, with the variables that the servers set. pip takes the wheel.
# Untested: the servers themselves, and a Jenkinsfile's syntax.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

gitlab_is_valid() {
  check-jsonschema --builtin-schema vendor.gitlab-ci "$root/gitlab/tillit.gitlab-ci.yml"
  block GitLab yaml 1 > "$scratch/gitlab-include.yml"
  check-jsonschema --builtin-schema vendor.gitlab-ci "$scratch/gitlab-include.yml"
  # The file that the block includes is this one.
  grep -q "/tillit-lint/tillit/v$version/gitlab/tillit.gitlab-ci.yml\$" "$scratch/gitlab-include.yml"
}
try "GitLab's schema accepts the job and the page's block" gitlab_is_valid

azure_is_valid() {
  block "Azure Pipelines" yaml 1 > "$scratch/azure-pipelines.yml"
  # The schema's patterns are older than the Unicode flag.
  check-jsonschema --regex-variant nonunicode --builtin-schema vendor.azure-pipelines "$scratch/azure-pipelines.yml"
}
try "Azure's schema accepts the page's block" azure_is_valid

# The commands of each, as a script.
gitlab_commands() {
  python3 - "$root/gitlab/tillit.gitlab-ci.yml" << 'PYTHON'
import shlex, sys, yaml
job = yaml.safe_load(open(sys.argv[1]))["tillit"]
print("set -e")
print(*(f"export {name}={shlex.quote(value)}" for name, value in job["variables"].items()), sep="\n")
print(*job["before_script"], *job["script"], sep="\n")
PYTHON
}
azure_commands() {
  block "Azure Pipelines" yaml 1 |
    python3 -c 'import sys, yaml; print(*(step["script"] for step in yaml.safe_load(sys.stdin)["steps"] if "script" in step))'
}
jenkins_commands() {
  echo "set -e"
  block Jenkins groovy 1 | sed -n "/sh '''/,/'''\$/p" | sed '1d;$d'
}

# On a main branch with an old system that has findings, a change comes in: first a clean system, then one with findings.
pipeline() {
  local server=$1 base change=$scratch/$1/change
  mkdir "$scratch/$server"
  "${server}_commands" > "$scratch/$server/commands"
  grep -q 'tillit check' "$scratch/$server/commands"
  take_wheel
  python3 -m venv "$scratch/$server/python"
  PATH=$scratch/$server/python/bin:$PATH
  repository "$scratch/$server/main" shift-planner
  git clone --quiet "$scratch/$server/main" "$change"
  cd "$change"
  base=$(git rev-parse HEAD)
  git switch --quiet --create change

  # The main branch is checked whole.
  exits 1 sh "$scratch/$server/commands"

  case $server in
    gitlab) export CI_MERGE_REQUEST_DIFF_BASE_SHA=$base ;;
    azure) export SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main ;;
    jenkins) export CHANGE_TARGET=main ;;
  esac
  add exemplary
  rm -f ./*.json ./*.xml ./*.sarif
  exits 0 sh "$scratch/$server/commands"
  reports "$server"
  add monitoring
  exits 1 sh "$scratch/$server/commands"
}

add() {
  cp "$root/examples/$1.tillit.yaml" .
  git add "$1.tillit.yaml"
  git commit --quiet --message "$1"
}

# The reports lie where the server looks for them; a report that it compares over time names the old system, too.
reports() {
  python3 - "$1" << 'PYTHON'
import json, sys, xml.etree.ElementTree as tree
assert tree.parse("tillit-junit.xml").getroot().tag == "testsuites"
if sys.argv[1] == "gitlab":
    places = {issue["location"]["path"] for issue in json.load(open("gl-code-quality-report.json"))}
    assert places == {"shift-planner.tillit.yaml"}, places
else:
    results = json.load(open("tillit.sarif"))["runs"][0]["results"]
    places = {place["physicalLocation"]["artifactLocation"]["uri"] for result in results for place in result["locations"]}
    assert places == ({"shift-planner.tillit.yaml"} if sys.argv[1] == "jenkins" else set()), places
PYTHON
}

for server in gitlab azure jenkins; do
  try "the commands for $server check main whole, and of a change what it changes" pipeline "$server"
done

adopting="Adopting on a repository with forty old systems"

# step NUMBER: the commands of a step, as the page has them.
step() {
  block "$adopting" sh "$1" > "$scratch/step"
  sh -e "$scratch/step"
}

# All steps in the page's order, on one system that nobody has described yet.
adoption() {
  mkdir "$scratch/bin"
  ln -s "$TILLIT" "$scratch/bin/tillit"
  PATH=$scratch/bin:$PATH
  repository "$scratch/old"
  cd "$scratch/old"
  exits 0 step 1
  exits 1 tillit check

  exits 0 step 2
  grep -q shift-planner status.md
  exits 0 step 3
  exits 0 tillit check
  cp "$root/examples/monitoring.tillit.yaml" .
  exits 1 tillit check
  rm monitoring.tillit.yaml

  # Both sides agree to wait with one finding; it leaves the baseline, and nothing else changes.
  exits 0 step 4
  git diff --exit-code
  grep -v governance-body-exists tillit-baseline.json > "$scratch/less"
  exits 1 cmp --silent tillit-baseline.json "$scratch/less"
  cp "$scratch/less" tillit-baseline.json
  exits 1 tillit check --fail-on warning
  block "$adopting" yaml 1 >> shift-planner.tillit.yaml
  exits 0 tillit check --show-waived | tee "$scratch/seen"
  grep 'The joint board' "$scratch/seen"
  git commit --quiet --all --message "agreed"

  exits 1 step 5
  exits 1 test -e tillit-baseline.json
}
try "the steps of adoption give what the page says" adoption

# Every version that people paste is the one of Cargo.toml.
pins_are_current() {
  local pins
  pins=$(grep -ohE '(tillit(==|@|/v|\.git#v)|rev: v|TILLIT_VERSION: ")[0-9]+\.[0-9]+\.[0-9]+' "$root/docs/ci.md" "$root/gitlab/tillit.gitlab-ci.yml")
  same "$version" "$(grep -oE '[0-9.]+$' <<< "$pins" | sort -u)"
}
try "the pages pin the version of Cargo.toml" pins_are_current
