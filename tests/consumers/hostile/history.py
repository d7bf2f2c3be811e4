"""Repositories that mean harm: what `--since` is told, what the names of branches and files are, and what a stranger's
commit can hold. Hooks and settings in `.git` are the user's own, and not tried here, except that settings stand ready
which a hostile `.gitattributes` could call upon."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import paths
from attacks import FILES, MARK, PLAIN, quoted
from program import git

REVISIONS: list[str | bytes] = [
    "",
    "-",
    "--",
    "-h",
    "--help",
    f"--output={MARK}",
    f"--upload-pack=touch {MARK}",
    f"--exec=touch {MARK}",
    f"--textconv --output={MARK}",
    f"$(touch {MARK})",
    f"`touch {MARK}`",
    f"; touch {MARK}",
    f"HEAD | touch {MARK}",
    f"HEAD\n::error::{MARK}",
    f"x ##[error]{MARK}",
    f"\x1b[31m{MARK}",
    f"\u202e{MARK}",
    b"\xff\xfe",
    ":tillit.yaml",
    "HEAD:a.tillit.yaml",
    "HEAD^{tree}",
    "HEAD..HEAD~1",
    "HEAD...HEAD~1",
    "^HEAD",
    "HEAD HEAD~1",
    f":/{MARK}",
    "@{-1}",
    "HEAD@{9999 years ago}",
    "HEAD~99999999999999999999",
    "refs/heads/*",
    "--all",
    "../../outside",
    "/etc/passwd",
    f"ext::sh -c touch% {MARK}",
    "x" * 100_000,
]

BRANCHES = ["-h", "--all", f"$(touch${{IFS}}{MARK})", f"`touch${{IFS}}{MARK}`", f";touch${{IFS}}{MARK}", f"\u202e{MARK}", "HEAD"]


@dataclass(frozen=True)
class Case:
    name: str
    build: Callable[[Path], None]
    revision: str | bytes
    folder: str = "."
    path: str = "."


def cases() -> Iterator[Case]:
    for revision in REVISIONS:
        yield Case(f"revisions/{revision[:40]!r}", two_commits, revision)
    for branch in BRANCHES:
        yield Case(f"branches/{branch!r}", lambda folder, b=branch: with_branch(folder, b), f"refs/heads/{branch}")
        yield Case(f"short branches/{branch!r}", lambda folder, b=branch: with_branch(folder, b), branch)
    yield Case("changed names", changed_names, "HEAD~1")
    yield Case("removed names", removed_names, "HEAD~1")
    yield Case("attributes", with_attributes, "HEAD~1")
    yield Case("repository within, from above", with_repository_within, "HEAD~1", path="within")
    yield Case("repository within, from inside", with_repository_within, "HEAD~1", folder="within")
    for name, entry in POLICIES.items():
        yield Case(f"policies/{name}", lambda folder, e=entry: with_policy(folder, e), "HEAD~1")


def commit(folder: Path) -> None:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", f"::error::{MARK}")


def two_commits(folder: Path) -> None:
    """What every case begins with: a manifest, and a change of it."""
    (folder / "a.tillit.yaml").write_text(PLAIN)
    commit(folder)
    (folder / "a.tillit.yaml").write_text(PLAIN + "security: {shared_accounts: true}\n")
    commit(folder)


def with_branch(folder: Path, branch: str) -> None:
    two_commits(folder)
    git(folder, "update-ref", f"refs/heads/{branch}", "HEAD~1")


def changed_names(folder: Path) -> None:
    two_commits(folder)
    paths.write_names(folder)
    commit(folder)


def removed_names(folder: Path) -> None:
    changed_names(folder)
    for name in paths.names():
        (folder / os.fsdecode(name)).unlink()
    commit(folder)


def with_attributes(folder: Path) -> None:
    """Every kind of driver stands ready, and the stranger's attributes ask for it."""
    two_commits(folder)
    (folder / ".gitattributes").write_text("* diff=evil filter=evil merge=evil ident working-tree-encoding=UTF-16LE\n")
    (folder / "a.tillit.yaml").write_text(PLAIN)
    (folder / "b.tillit.yaml").write_text(PLAIN.replace("desk", "b"))
    git(folder, "-c", "core.attributesFile=/dev/null", "add", "--force", ".gitattributes")
    for path in ("a.tillit.yaml", "b.tillit.yaml"):
        # Past the filters, which are there for the program to trip over.
        blob = git(folder, "hash-object", "-w", "--no-filters", path).strip()
        git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    git(folder, "commit", "--quiet", "--message", "attributes")
    for driver in ("diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "merge.evil.driver"):
        git(folder, "config", driver, f"touch {folder / MARK}; cat")
    # The index must not know the files, so that whoever compares the work tree has to read them.
    for path in ("a.tillit.yaml", "b.tillit.yaml"):
        os.utime(folder / path, (1, 1))


def with_repository_within(folder: Path) -> None:
    """A folder that git itself would take for a repository, with settings that execute something."""
    within = folder / "within"
    for part in ("objects", "refs"):
        (within / part).mkdir(parents=True)
        (within / part / "keep").write_text("")
    (within / "HEAD").write_text("ref: refs/heads/main\n")
    run = f"touch {folder / MARK}"
    (within / "config").write_text(
        f'[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {within}\n\tfsmonitor = "{run}"\n'
        f'\tpager = "{run}"\n\tsshCommand = "{run}"\n[diff]\n\texternal = "{run}"\n[safe]\n\tdirectory = *\n'
    )
    (within / "a.tillit.yaml").write_text(PLAIN)
    two_commits(folder)


def link(content: str) -> tuple[str, bytes]:
    return "120000", content.encode()


# What the earlier commit has in the place of `tillit.yaml`: its mode and content.
POLICIES: dict[str, tuple[str, bytes]] = {
    "link outside": link("/etc/passwd"),
    "link to itself": link("tillit.yaml"),
    "submodule": ("160000", b""),
    "20 megabytes": ("100644", b"# " + b"A" * 20_000_000),
    "alias bomb": ("100644", FILES["alias-bomb"]().encode()),
    "not UTF-8": ("100644", b"levels: \xff\xfe\n"),
    "rules outside": ("100644", b"rules: [../outside, /etc, https://127.0.0.1:1/]\n"),
    "hostile text": ("100644", f"{quoted(f'a::error::{MARK}')}: {quoted(chr(27) + '[31m' + chr(10) + '::error::' + MARK)}\n".encode()),
    "nul": ("100644", b"language: \0en\n"),
}


def with_policy(folder: Path, entry: tuple[str, bytes]) -> None:
    mode, content = entry
    (folder / "a.tillit.yaml").write_text(PLAIN)
    git(folder, "add", "a.tillit.yaml")
    blob = "1" * 40
    if content:
        made = ["git", "hash-object", "-w", "--stdin"]
        blob = subprocess.run(made, cwd=folder, input=content, check=True, capture_output=True).stdout.decode().strip()
    git(folder, "update-index", "--add", "--cacheinfo", f"{mode},{blob},tillit.yaml")
    git(folder, "commit", "--quiet", "--message", "the hostile policy")
    git(folder, "rm", "--quiet", "--cached", "tillit.yaml")
    (folder / "tillit.yaml").write_text("levels: {no-covert-monitoring: off}\n")
    commit(folder)
