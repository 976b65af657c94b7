"""Docs repositories of any size, the same ones each time: runbooks as an MSP writes them.

Text comes from a pool of paragraphs, lists, tables and commands that are made once, so that a
hundred thousand documents take a minute; lengths follow a log-normal law with a median of 6 KB.
``git fast-import`` makes the commit, so that no work tree is needed to plan from it.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORGANIZATIONS = 300
TYPES = ("SOP", "Runbook", "Network")
MEDIAN, SPREAD = 5_700, 0.55
"""Bytes of body, and sigma of their logarithm: a tenth is shorter than 2.8 KB, one above 12."""
ATTACHED = 0.05
"""The share of documents with an attachment."""
CONFIG = """\
[docs]
id = "bench-docs"
[publish]
max_deletes = 1000000
max_change_percent = 100
[[defaults]]
path = "clients/**"
type = "Runbook"
"""
_NOUNS = [
    *("server", "switch", "firewall", "backup", "mailbox", "tenant", "printer", "gateway"),
    *("certificate", "snapshot", "domain", "controller", "hypervisor", "datastore", "VLAN"),
    *("tunnel", "ticket", "contact", "licence", "appliance", "access-point"),
]
_VERBS = [
    *("check", "restart", "update", "replace", "document", "verify"),
    *("rotate", "restore", "isolate", "order", "call"),
]
_TAILS = (
    "before the change window opens",
    "and note the result in the ticket",
    "if the monitoring still shows red",
    "unless the client has asked for a delay",
    "as agreed with the site contact",
    "and wait until replication is green",
)


INSTANCE = "bench"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a published corpus lies."""

    root: Path

    @property
    def account(self) -> Path:
        return self.root / "simulator.db"

    @property
    def docs(self) -> Path:
        return self.root / "docs"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the repository."""

    path: str
    content: bytes


def seed() -> dict[str, Any]:
    """The account that the documents are for, as the simulator takes it."""
    fields = [
        {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
        {"name": "Body", "kind": "Textbox"},
        {"name": "Owner", "kind": "Text"},
        {"name": "Publisher key", "kind": "Text"},
    ]
    return {
        "organizations": [{"name": organization(n)} for n in range(ORGANIZATIONS)],
        "types": [{"name": name, "fields": fields} for name in TYPES],
    }


def organization(number: int) -> str:
    return f"Client {number % ORGANIZATIONS:03d} Ltd"


def path_of(number: int) -> str:
    return f"clients/client-{number % ORGANIZATIONS:03d}/runbook-{number:06d}.md"


def files(count: int) -> Iterator[File]:
    """publisher.toml, *count* documents and the files that they use."""
    yield File("publisher.toml", CONFIG.encode())
    pool = [_block(random.Random(n)) for n in range(997)]
    for number in range(count):
        chance = random.Random(f"document {number}")
        attached = chance.random() < ATTACHED
        text = _document(number, count, chance, pool, attached=attached)
        yield File(path_of(number), text.encode())
        if attached:
            place = path_of(number).removesuffix(".md")
            yield File(f"{place}.csv", chance.randbytes(8_000).hex().encode())


def make(folder: Path, count: int, *, checkout: bool) -> None:
    """Make the repository in *folder*; without *checkout*, with publisher.toml alone on disk."""
    _git(folder, "init", "--quiet", "--initial-branch=main", str(folder))
    stream = _commit(files(count), "the documents", parent=False)
    _import(folder, stream)
    wanted = ["."] if checkout else ["publisher.toml"]
    _git(folder, "read-tree", "HEAD")
    _git(folder, "checkout-index", "--force", *(["--all"] if checkout else wanted))


def edit(folder: Path, number: int, addition: str) -> None:
    """Commit a changed document: the one of that *number*, with a line more."""
    path = path_of(number)
    before = subprocess.run(
        ["git", "cat-file", "blob", f"HEAD:{path}"], cwd=folder, check=True, capture_output=True
    ).stdout
    changed = File(path, before + f"\n{addition}\n".encode())
    _import(folder, _commit(iter([changed]), "an edit", parent=True))


def _commit(changed: Iterator[File], message: str, *, parent: bool) -> Iterator[bytes]:
    """The stream of git-fast-import(1)."""
    yield b"commit refs/heads/main\ncommitter Bench <bench@example.test> 1760000000 +0000\n"
    yield b"data %d\n%s\n" % (len(message), message.encode())
    if parent:
        yield b"from refs/heads/main^0\n"
    for file in changed:
        yield b"M 100644 inline %s\ndata %d\n" % (file.path.encode(), len(file.content))
        yield file.content
        yield b"\n"


def _import(folder: Path, stream: Iterator[bytes]) -> None:
    command = ["git", "fast-import", "--quiet", "--force"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for part in stream:
            process.stdin.write(part)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _git(folder: Path, *words: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", *words], cwd=folder, check=True)


# The text


def _document(
    number: int, count: int, chance: random.Random, pool: list[str], *, attached: bool
) -> str:
    size = chance.lognormvariate(0, SPREAD) * MEDIAN
    blocks, length = [f"Runbook {number} for {organization(number)}."], 0
    while length < size:
        block = chance.choice(pool)
        blocks.append(block)
        length += len(block) + 2
    # One in three links to another document of the same client.
    other = number + ORGANIZATIONS * chance.choice((-1, 1))
    if chance.random() < 0.33 and 0 <= other < count:
        name = path_of(other).rpartition("/")[2]
        blocks.insert(1, f"See also [the runbook before or after this one]({name}).")
    files_ = [f"runbook-{number:06d}.csv"] if attached else []
    head = [
        "---",
        f"id: d{number:06d}",
        f"title: {_title(number, chance)}",
        f"org: {organization(number)}",
        f"type: {TYPES[number % len(TYPES)]}",
        f"traits: {{owner: engineer-{chance.randrange(40)}}}",
        *(["attachments:", *(f"  - {name}" for name in files_)] if files_ else []),
        "---",
        "",
    ]
    return "\n".join(head) + "\n\n".join(blocks) + "\n"


def _title(number: int, chance: random.Random) -> str:
    verb, noun = chance.choice(_VERBS), chance.choice(_NOUNS)
    return f"{verb.capitalize()} the {noun} {number}"


def _sentence(chance: random.Random) -> str:
    verb, noun, other = chance.choice(_VERBS), chance.choice(_NOUNS), chance.choice(_NOUNS)
    mark = chance.choice(("", "", "**", "`"))
    return (
        f"{verb.capitalize()} the {mark}{noun}-{chance.randrange(99):02d}{mark} on the {other} "
        f"{chance.choice(_TAILS)}."
    )


def _block(chance: random.Random) -> str:
    kind = chance.choices(
        ("text", "heading", "steps", "table", "code", "note", "tasks"), (40, 14, 18, 8, 12, 4, 4)
    )[0]
    if kind == "heading":
        return f"## {_title(chance.randrange(99), chance)}\n\n{_sentence(chance)}"
    if kind == "steps":
        return "\n".join(f"{n}. {_sentence(chance)}" for n in range(1, chance.randint(3, 8)))
    if kind == "tasks":
        return "\n".join(f"- [ ] {_sentence(chance)}" for _ in range(chance.randint(2, 5)))
    if kind == "table":
        rows = "\n".join(
            f"| {chance.choice(_NOUNS)} | 10.{chance.randrange(99)}.0.{chance.randrange(254)} "
            f"| {chance.choice(_VERBS)} daily |"
            for _ in range(chance.randint(3, 10))
        )
        return f"| Device | Address | Duty |\n| --- | --- | --- |\n{rows}"
    if kind == "code":
        lines = "\n".join(
            f"Get-Service -Name {chance.choice(_NOUNS)} | {chance.choice(_VERBS).title()}-Service"
            for _ in range(chance.randint(2, 9))
        )
        return f"```powershell\n{lines}\n```"
    if kind == "note":
        return f"> [!WARNING]\n> {_sentence(chance)}"
    return " ".join(_sentence(chance) for _ in range(chance.randint(2, 5)))
