"""Paths that mean harm: names that would do something where they are shown, and things that are no files.

Everything lies in a checkout, a folder with a repository of git's. Outside it lies a secret that no output may show."""

from __future__ import annotations

import os
from pathlib import Path

from attacks import MARK, PLAIN, TEXTS

SECRET = "the-secret-outside"
END = b".tillit.yaml"

NAMES = [
    b"$(touch PWNED)",
    b"`touch PWNED`",
    b"; touch PWNED",
    b"-rf",
    b"--config=evil",
    b"--output=PWNED",
    b"@PWNED",
    b"sp ace \xc3\xa9 \xf0\x9f\x98\x80",
    b"a#b?c=d&e",
    b"100%25",
    b"%2e%2e%2f",
    b"a:b::c",
    b"C:drive",
    b"http:x",
    b"back\\slash",
    b":(glob)**",
    b"tab\there",
    b"bad\xff\xfeutf8",
    b"overlong\xc0\xaf",
    b"surrogate\xed\xa0\x80",
    b"long" + b"x" * 239,
    b"CON",
    b"trailing. ",
]


def names() -> list[bytes]:
    """The names above, and each hostile text that can be a name."""
    texts = (text.replace("/", "\u2215").replace("\0", "").encode() for text in TEXTS.values())
    fitting = [text[:200].decode("utf-8", "ignore").encode() for text in texts]
    return [name + END for name in dict.fromkeys(NAMES + fitting)]


def write_name(folder: Path, name: bytes) -> None:
    (folder / os.fsdecode(name)).write_text(PLAIN)


def write_names(folder: Path) -> None:
    """Puts a manifest with findings under every name, and one in a deep folder with a hostile name."""
    for name in names():
        write_name(folder, name)
    deep = folder / f"# {MARK}\n::error::{MARK}" / "\x1b[31m" / Path(*["d"] * 200)
    deep.mkdir(parents=True)
    write_name(deep, b"x" + END)


# Manifests by their names, but not files of this checkout.
LINKS = {
    "etc.tillit.yaml": "/etc/passwd",
    "secret.tillit.yaml": "../outside/secret.tillit.yaml",
    "through-a-folder.tillit.yaml": "up/secret.tillit.yaml",
    "loop.tillit.yaml": "loop.tillit.yaml",
    "dangling.tillit.yaml": "missing",
    "zero.tillit.yaml": "/dev/zero",
    "terminal.tillit.yaml": "/dev/tty",
    "process.tillit.yaml": "/proc/self/environ",
}
NO_FILES = (*LINKS, "fifo.tillit.yaml", "folder.tillit.yaml")


def write_no_files(folder: Path) -> None:
    """Puts what is no file, or lies outside, in the place of manifests and of records."""
    outside = folder.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.tillit.yaml").write_text(f"tillit: 1\nsystem: {{id: a, name: {SECRET}, status: {SECRET}}}\n")
    (outside / "secret.txt").write_text(f"{SECRET}\n")
    (folder / "good.tillit.yaml").write_text(PLAIN)
    records = "\n".join(
        f"  - {{id: p{n}, area: scheduling, basis_record: {{file: {name}, sha256: '{'0' * 64}'}}}}"
        for n, name in enumerate(["secret.pdf", "fifo.pdf", "zero.pdf", "loop.pdf", "folder.pdf", "up/secret.txt"])
    )
    (folder / "records.tillit.yaml").write_text(f"tillit: 1\nsystem: {{id: r, name: R, status: idea}}\npurposes:\n{records}\n")
    records_elsewhere = {"secret.pdf": "../outside/secret.txt", "zero.pdf": "/dev/zero", "loop.pdf": "loop.pdf"}
    for name, target in (LINKS | records_elsewhere | {"up": "../outside", "root": "/"}).items():
        (folder / name).symlink_to(target)
    for name in ("fifo.tillit.yaml", "fifo.pdf"):
        os.mkfifo(folder / name)
    for name in ("folder.tillit.yaml", "folder.pdf"):
        (folder / name).mkdir()


# What stands in the place of a file that the program looks for by itself.
STAND_INS = ("link-outside", "link-to-itself", "link-to-nothing", "fifo", "folder", "zeros", "environment")
SOUGHT = ("tillit.yaml", "tillit-baseline.json", "policy", "policy/own-rule.yaml", ".gitignore", ".ignore")


def write_stand_in(folder: Path, sought: str, kind: str) -> None:
    outside = folder.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.txt").write_text(f"{SECRET}: [{SECRET}\n")
    (folder / "good.tillit.yaml").write_text(PLAIN)
    if sought.startswith("policy"):
        (folder / "tillit.yaml").write_text("rules: [policy/]\n")
    place = folder / sought
    place.parent.mkdir(exist_ok=True)
    match kind:
        case "link-outside":
            place.symlink_to(outside / "secret.txt")
        case "link-to-itself":
            place.symlink_to(place.name)
        case "link-to-nothing":
            place.symlink_to("missing")
        case "fifo":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case "zeros":
            place.symlink_to("/dev/zero")
        case "environment":
            place.symlink_to("/proc/self/environ")
