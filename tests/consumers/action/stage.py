"""A repository that uses the action, and `act` in the part of GitHub's runner.

Nothing is fetched: the action and code scanning's upload are folders here, and `curl`, `cargo` and `gh` are small
programs that come first on the PATH. The product has no hook for tests."""

from __future__ import annotations

import functools
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/consumers/hostile"))

from workflow_commands import commands  # noqa: E402

TILLIT = Path(os.environ["TILLIT"])
SCRATCH = Path(os.environ["SCRATCH"])
VERSION = subprocess.run([TILLIT, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
TARGET = f"{platform.machine()}-unknown-linux-musl"
# Nothing is released yet, so the documentation pins the action by a placeholder.
PIN = "0" * 40
UPLOAD = re.search(r"codeql-action/upload-sarif@(\w{40})", (ROOT / "action.yml").read_text())[1]
# The examples are checked as on one day, however late it is.
DAY = int(datetime(2026, 11, 25, tzinfo=timezone.utc).timestamp())

GOOD = ROOT / "examples/exemplary.tillit.yaml"
BAD = ROOT / "examples/monitoring.tillit.yaml"
# Two more, since one system under two names is a finding by itself: with notes only, and with errors.
ALSO_GOOD = ROOT / "examples/smallest.tillit.yaml"
ALSO_BAD = ROOT / "examples/shift-planner.tillit.yaml"

# What the script may say to the runner: its own words, and the program's annotations.
INTENDED = re.compile(r"::(error|warning|notice) (title=tillit::.|file=[^\r\n]*::.)")

CURL = """#!/bin/bash
# Has the archives of one release, whatever else is asked for is not there.
url=${{!#}}
while (($#)); do
  case $1 in --output) out=$2; shift ;; esac
  shift
done
case $url in
  https://github.com/tillit-lint/tillit/releases/download/v{version}/*) cp "{archives}/${{url##*/}}" "$out" ;;
  *) echo "curl: (22) The requested URL returned error: 404"; exit 22 ;;
esac
"""

CARGO = """#!/bin/bash
# Notes how it was called and installs the program instead of building it.
printf '%s\\n' "$PWD" "$@" >"$SEEN/cargo"
[[ $PWD == "$GITHUB_WORKSPACE"* ]] && exit 101
while [[ $1 != --root ]]; do shift; done
mkdir "$2/bin"
cp "{program}" "$2/bin/tillit"
"""

GH = """#!/bin/bash
echo "$@" >"$SEEN/gh"
"""

UPLOAD_ACTION = """name: Upload
description: Notes what would be uploaded
inputs: { sarif_file: { description: "" }, category: { description: "" } }
runs:
  using: composite
  steps:
    - shell: bash
      run: printf '%s\\n' "$CATEGORY" >"$SEEN/upload" && cat "$FILE" >>"$SEEN/upload"
      env: { FILE: "${{ inputs.sarif_file }}", CATEGORY: "${{ inputs.category }}" }
"""

WORKFLOW = """on: [push, pull_request]
permissions: {{}}
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7 # played by act, which copies the repository
      - id: tillit
        uses: tillit-lint/tillit@{pin}
        with: {inputs}
      - if: always()
        run: |
          printf '%s' "$OUTPUTS" >"$SEEN/outputs"
          [[ -z $REPORT ]] || cp "$REPORT" "$SEEN/report"
          [[ -z $SARIF ]] || cp "$SARIF" "$SEEN/sarif"
        env:
          OUTPUTS: ${{{{ toJSON(steps.tillit.outputs) }}}}
          REPORT: ${{{{ steps.tillit.outputs.report-file }}}}
          SARIF: ${{{{ steps.tillit.outputs.sarif-file }}}}
"""


def executable(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


@functools.cache
def released(program: Path) -> tuple[Path, str]:
    """The archive of a program, as a release makes it: its folder, and its line in the table of checksums."""
    folder = SCRATCH / "released" / program.name
    folder.mkdir(parents=True)
    staged = folder / "tillit"
    shutil.copy(program, staged)
    subprocess.run([ROOT / ".github/archive.sh", TARGET, staged, folder], check=True)
    lines = subprocess.run([ROOT / ".github/checksums.sh", VERSION, folder], check=True, capture_output=True, text=True)
    return folder, lines.stdout


class Action:
    """A copy of the action's tree, as a user's pin would bring it, with a table of checksums of its own."""

    def __init__(self, folder: Path, program: Path = TILLIT) -> None:
        self.tree, self.program = folder / "tree", program
        self.archives, lines = released(program)
        shutil.copytree(ROOT / "action", self.tree / "action")
        shutil.copy(ROOT / "action.yml", self.tree)
        self.empty_table = self.table
        # An older release before it, which the default must not choose.
        self.table += f"0.0.1 {TARGET} {'0' * 64}\n{lines}"

    @property
    def table(self) -> str:
        return (self.tree / "action/checksums.txt").read_text()

    @table.setter
    def table(self, text: str) -> None:
        (self.tree / "action/checksums.txt").write_text(text)


@dataclass
class Result:
    """What a run of a workflow left behind."""

    passed: bool
    stream: bytes
    summary: str
    seen: Path
    log: str

    def read(self, name: str) -> str | None:
        file = self.seen / name
        return file.read_text() if file.exists() else None

    @property
    def outputs(self) -> dict[str, str]:
        return json.loads(self.read("outputs"))

    @property
    def parts(self) -> tuple[bytes, bytes, bytes]:
        """The stream before, between and after the two lines that stop commands and let them through again."""
        found = re.search(rb"\A(.*?)^::stop-commands::([0-9a-f]{32})\n(.*)^::\2::\n(.*)\Z", self.stream, re.M | re.S)
        return (found[1], found[3], found[4]) if found else (self.stream, b"", b"")

    @property
    def said(self) -> list[str]:
        """What the runner was told outside of those lines; fails if anything in it was not meant."""
        before, _, after = self.parts
        told = list(commands(before)) + list(commands(after))
        for line in told:
            assert INTENDED.match(line), f"not intended: {line!r}"
        return told

    @property
    def printed(self) -> str:
        """What the program printed for people."""
        return self.parts[1].decode()


class Team:
    """A repository on GitHub, `acme/shop`, and its checkout on a runner."""

    def __init__(self, folder: Path, action: Action | None = None) -> None:
        self.folder, self.checkout = folder, folder / "repository"
        self.checkout.mkdir(parents=True)
        self.action = action or Action(folder)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("remote", "add", "origin", "https://github.com/acme/shop")
        self.runs = 0

    @property
    def environment(self) -> dict[str, str]:
        who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        home = self.folder / "home"
        return {
            **who,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}",
        }

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.checkout, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, files: dict[str, Path | str]) -> str:
        """Commits files by path; a text, or a file that is copied. Returns the commit."""
        for name, content in files.items():
            file = self.checkout / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else content.read_text())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def forget_history(self) -> None:
        """Makes the checkout what actions/checkout brings without `fetch-depth: 0`: the last commit alone."""
        whole = self.checkout.rename(self.folder / "whole")
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", f"file://{whole}", self.checkout],
            env=self.environment, check=True, capture_output=True,
        )
        self.git("remote", "set-url", "origin", "https://github.com/acme/shop")

    def prepare(self) -> None:
        """Puts the programs and the action in place that stand for what is outside."""
        tools, upload = self.folder / "tools", self.folder / "upload/upload-sarif"
        for folder in (tools, upload):
            folder.mkdir(exist_ok=True, parents=True)
        executable(tools / "curl", CURL.format(version=VERSION, archives=self.action.archives))
        executable(tools / "cargo", CARGO.format(program=self.action.program))
        executable(tools / "gh", GH)
        (upload / "action.yml").write_text(UPLOAD_ACTION)

    def run_script(self, **runner: str) -> subprocess.CompletedProcess[str]:
        """Runs the script of the action alone, with all inputs left out, and keeps its two streams apart."""
        self.prepare()
        inputs = dict.fromkeys(re.findall(r"TILLIT_\w+", (ROOT / "action.yml").read_text()), "")
        inputs |= {"TILLIT_CHANGED_ONLY": "false", "TILLIT_ADVANCED_SECURITY": "false", "TILLIT_WORKING_DIRECTORY": "."}
        usual = {
            "GITHUB_ACTION_PATH": str(self.action.tree),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_WORKSPACE": str(self.checkout),
            "RUNNER_ARCH": "X64" if TARGET.startswith("x86_64") else "ARM64",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.folder),
        }
        return subprocess.run(
            ["bash", self.action.tree / "action/run.sh"],
            cwd=self.checkout, env={**self.environment, **inputs, **usual, **runner},
            capture_output=True, text=True, timeout=60,
        )

    def run(
        self, event: str = "push", payload: dict[str, Any] | None = None, workflow: str | None = None, **inputs: str
    ) -> Result:
        """Runs a workflow; by default one that gives the action these inputs (`fail_on` for `fail-on`)."""
        self.prepare()
        self.runs += 1
        seen, upload = self.folder / f"seen-{self.runs}", self.folder / "upload"
        seen.mkdir()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        file = self.folder / "workflow.yml"
        file.write_text(workflow or WORKFLOW.format(pin=PIN, inputs=json.dumps(given)))
        (self.folder / "event.json").write_text(json.dumps(payload or {}))
        done = subprocess.run(
            [
                "act", event, "--json", "--rm", "--no-cache-server", "--action-offline-mode",
                "--workflows", file, "--eventpath", self.folder / "event.json",
                "--platform", "ubuntu-latest=-self-hosted", "--platform", "ubuntu-24.04=-self-hosted",
                "--local-repository", f"tillit-lint/tillit@{PIN}={self.action.tree}",
                "--local-repository", f"github/codeql-action@{UPLOAD}={upload}",
                "--env", f"SEEN={seen}", "--env", f"SOURCE_DATE_EPOCH={DAY}", "--env", "NO_COLOR=1",
            ],
            cwd=self.checkout, env=self.environment, capture_output=True, text=True, timeout=120,
        )
        entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        results = {entry["jobResult"] for entry in entries if "jobResult" in entry}
        assert results and results <= {"success", "failure"}, done.stdout + done.stderr
        passed = results == {"success"}
        assert passed == (done.returncode == 0), done.stdout
        # act says of each line of a step whether it took it for a command, and keeps it as it was.
        mine = (entry for entry in entries if entry.get("stepID", [""])[0] == "tillit" and entry.get("stage") == "Main")
        lines = (entry.get("raw") or (entry["msg"] if entry.get("raw_output") else "") for entry in mine)
        log = "\n".join(entry["msg"].rstrip("\n") for entry in entries)
        summary = "".join(entry["content"] for entry in entries if entry.get("command") == "summary")
        return Result(passed, "".join(lines).encode(), summary, seen, log)


def pull_request(base: str, fork: bool = False, **more: Any) -> dict[str, Any]:
    """The event of a pull request that is based on a commit."""
    head = {"repo": {"full_name": "stranger/shop" if fork else "acme/shop"}}
    return {"number": 7, "pull_request": {"number": 7, "base": {"sha": base}, "head": head, **more}}
