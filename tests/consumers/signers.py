"""Says of every signature under an agreement what `ssh-keygen -Y verify` says, and of the record what follows from it.

    signers.py TILLIT SCRATCH

The keys are those of tests/keys, which protect nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from program import REPOSITORY, TODAY, Program, Tally, same

KEYS = REPOSITORY / "tests/keys"
NAMESPACE = "tillit.agreement"
RECORD = "record.yaml"
WORKER, EMPLOYER = "worker:kari@example.org", "employer:per@example.org"
MANIFEST = """\
tillit: 1
system: { id: till, name: Till, status: planned, affects_workers: true }
data: { inputs: [{ id: rota, category: shift-availability, retention: 90 days }] }
"""


def public(key: str) -> str:
    return (KEYS / f"{key}.pub").read_text().strip()


def both(worker: str = "worker", employer: str = "employer", options: str = "") -> list[str]:
    return [f"{WORKER} {options}{public(worker)}", f"{EMPLOYER} {public(employer)}"]


@dataclass(frozen=True)
class Case:
    name: str
    allowed: list[str] = field(default_factory=both)
    # Keys that sign, in the order of the names of their files.
    signed: tuple[str, ...] = ("employer", "worker")
    revoked: tuple[str, ...] = ()
    namespace: str = NAMESPACE
    # What happens to the folder after it was signed.
    then: Callable[[Path], object] = lambda folder: None
    # Whether the record can be relied on, which is said here and worked out below.
    good: bool = False


def altered(old: bytes, new: bytes, name: str = RECORD) -> Callable[[Path], object]:
    def alter(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content, f"{old!r} is not in {name}"
        (folder / name).write_bytes(content.replace(old, new, 1))

    return alter


def crlf(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))


def the_others(folder: Path) -> None:
    (folder / f"{RECORD}.worker.sig").write_bytes((folder / f"{RECORD}.employer.sig").read_bytes())


CASES = [
    Case("signed by both", good=True),
    Case("RSA and ECDSA", both("rsa", "ecdsa"), ("ecdsa", "rsa"), good=True),
    Case("valid today", both(options='valid-after="20261101Z",valid-before="20261201Z" '), good=True),
    Case("for this namespace", both(options='namespaces="git,tillit.*" '), good=True),
    Case("names with patterns", [f"worker:* {public('worker')}", f"employer:* {public('employer')}"], good=True),
    Case("two names of one side", [f"{WORKER},worker:ola {public('worker')}", f"{EMPLOYER} {public('employer')}"], good=True),
    Case("expired", both(options='valid-before="20261124Z" ')),
    Case("not yet valid", both(options='valid-after="20261126Z" ')),
    Case("for another namespace", both(options='namespaces="git" ')),
    Case("signed for another namespace", namespace="file"),
    Case("signed by a stranger", signed=("employer", "stranger")),
    Case("revoked", revoked=("worker",)),
    Case("another is revoked", revoked=("stranger",), good=True),
    Case("one side only", signed=("employer",)),
    Case("a key of both sides", [*both(), f"employer:kari@example.org {public('worker')}"]),
    Case("a key of no side", [f"kari@example.org {public('worker')}", f"{EMPLOYER} {public('employer')}"]),
    Case("a certificate authority", both(options="cert-authority ")),
    Case("nobody may sign", []),
    Case("a byte of the content", then=altered(b"P90D", b"P91D")),
    Case("a byte of a comment", then=altered(b"# Record", b"# record")),
    Case("other line ends of the record", then=crlf(RECORD)),
    Case("a byte of a signature", then=altered(b"\nU1NI", b"\nU1NJ", f"{RECORD}.worker.sig")),
    Case("no signature in the file", then=lambda folder: (folder / f"{RECORD}.worker.sig").write_bytes(b"")),
    Case("a signature of the other's", then=the_others),
]


class Signers:
    def __init__(self, program: Program, tally: Tally) -> None:
        self.program = program
        self.tally = tally
        self.scratch = program.scratch
        for key in KEYS.glob("*"):
            # ssh-keygen reads no key that others may read.
            copy = self.scratch / key.name
            copy.write_bytes(key.read_bytes())
            copy.chmod(0o600)

    def run(self) -> None:
        for number, case in enumerate(CASES):
            folder = self.scratch / f"case-{number}"
            folder.mkdir()
            self.tally.case(case.name, self.complaints(case, folder))

    def keygen(self, *arguments: str | Path, file: Path) -> subprocess.CompletedProcess[bytes]:
        with file.open("rb") as content:
            return subprocess.run(["ssh-keygen", "-Y", *arguments], stdin=content, capture_output=True)

    def complaints(self, case: Case, folder: Path) -> Iterator[str]:
        record, allowed, revoked = folder / RECORD, folder / "allowed_signers", folder / "revoked"
        (folder / "a.tillit.yaml").write_text(MANIFEST)
        ran = self.program.run("agree", "a.tillit.yaml", "--output", RECORD, "--date", TODAY, "--today", TODAY, cwd=folder)
        yield from same("exit code of agree", ran.code, 0)
        for key in case.signed:
            signed = self.keygen("sign", "-q", "-n", case.namespace, "-f", self.scratch / key, file=record)
            yield from same("ssh-keygen signs", signed.returncode, 0)
            (folder / f"{RECORD}.{key}.sig").write_bytes(signed.stdout)
        case.then(folder)
        allowed.write_text("".join(f"{line}\n" for line in case.allowed))
        revoked.write_text("".join(f"{public(key)}\n" for key in case.revoked))

        lists = ("--allowed-signers", "allowed_signers", "--revoked-signers", "revoked")
        ran = self.program.run("verify", RECORD, *lists, "--format", "json", "--today", TODAY, "--lang", "en", cwd=folder)
        told = ran.json()["records"][0]
        found = {signer["file"]: set(signer["principals"]) for signer in told["signers"]}
        wanted = {}
        names = sorted({name for line in case.allowed for name in line.split(" ")[0].split(",")})
        signatures = sorted(folder.glob("*.sig"))
        for signature in signatures:
            accepted = {name for name in names if self.accepts(name, signature, folder)}
            sides = {name.split(":")[0] for name in accepted} & {"worker", "employer"}
            if len(sides) == 1:
                wanted[signature.name] = accepted
        if "other's" in case.name:  # One key counts once, whatever its files are called.
            del wanted[f"{RECORD}.worker.sig"]
        yield from same("signatures that count, and for whom", found, wanted)
        sides = {name.split(":")[0] for accepted in wanted.values() for name in accepted}
        relied_on = sides == {"worker", "employer"} and len(wanted) == len(signatures)
        yield from same("can be relied on", told["relied_on"], relied_on)
        yield from same("exit code", ran.code, 0 if relied_on else 1)
        yield from same("what the case was made for", relied_on, case.good)

    def accepts(self, name: str, signature: Path, folder: Path) -> bool:
        """Whether OpenSSH accepts a signature by this name, at noon of the day."""
        at = f"verify-time={TODAY.replace('-', '')}1200Z"
        lists = ("-f", folder / "allowed_signers", "-r", folder / "revoked")
        said = self.keygen("verify", *lists, "-I", name, "-n", NAMESPACE, "-s", signature, "-O", at, file=folder / RECORD)
        return said.returncode == 0


def main() -> int:
    tillit, scratch = map(Path, sys.argv[1:])
    tally = Tally("signers")
    Signers(Program(tillit.resolve(), scratch.resolve()), tally).run()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
