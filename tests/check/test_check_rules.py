"""Each rule over a small tree in memory: what it finds, where, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pytest

from publisher import check
from publisher.check.rules import RULES
from publisher.config import Config
from publisher.model import Diagnostic, Entry
from publisher.render import Page, Reference, Stripped
from publisher.source.documents import collect
from publisher.source.tree import Tree, ordered

FRONT = "org: Acme\ntype: SOP\n"
Files: TypeAlias = dict[str, str | bytes | int]
TODAY = dt.date(2026, 11, 24)


def doc(front: str = "", body: str = "# T\n") -> str:
    return f"---\n{FRONT}{front}---\n{body}"


def page(
    *references: Reference,
    title: str = "",
    html: str = "",
    anchors: tuple[str, ...] = (),
    stripped: tuple[Stripped, ...] = (),
) -> Page:
    return Page(title, html, references, frozenset(anchors), stripped)


def link(path: str | None, anchor: str = "", line: int = 7) -> Reference:
    return Reference("link", path or "../x", path, anchor, line, "publisher-ref:0")


def image(path: str | None, line: int = 8) -> Reference:
    return Reference("image", path or "../x.png", path, "", line, "publisher-ref:0")


def tree_of(files: Mapping[str, str | bytes | int], *others: Entry) -> Tree:
    """A tree with these files; a number stands for that many bytes, which nothing reads."""
    raw = {p: t.encode() if isinstance(t, str) else t for p, t in files.items()}

    def entry(path: str, content: bytes | int) -> Entry:
        if isinstance(content, int):
            return Entry(path, "big", content)
        return Entry(path, hashlib.sha1(content, usedforsecurity=False).hexdigest(), len(content))

    def fetch(entries: list[Entry]) -> Iterator[bytes]:
        for wanted in entries:
            content = raw[wanted.path]
            assert isinstance(content, bytes), f"{wanted.path} should not be read"
            yield content

    return Tree(None, ordered([*(entry(p, c) for p, c in raw.items()), *others]), fetch)


def found(
    files: Mapping[str, str | bytes | int], *others: Entry, **pages: Page
) -> list[Diagnostic]:
    """What all rules find; the page of ``a.md`` is called ``a``."""
    tree = tree_of(files, *others)
    parsed = collect(tree, Config()).parsed
    named = {f"{name}.md": one for name, one in pages.items()}
    return check.run(tree, parsed, Config(), named, today=TODAY)


def only(diagnostics: list[Diagnostic]) -> Diagnostic:
    assert len(diagnostics) == 1, diagnostics
    return diagnostics[0]


def test_nothing_to_find() -> None:
    """A good document gives nothing, and neither does a file that is none."""
    good = doc("attachments: [x.pdf]\nreview_by: 2026-11-24\n")
    files: Files = {"a.md": good, "x.pdf": 7_000_000, "b.md": "Password: Hunter2!\n"}
    assert found(files, a=page(link("b.md"), image("x.pdf"))) == []


def test_missing_attachment() -> None:
    """An attachment that does not exist is an error on its line, with what was meant perhaps."""
    got = only(found({"a.md": doc("attachments:\n  - Files/list.pdf\n"), "Files/List.pdf": 1_100}))
    assert (got.code, got.severity, got.place) == ("missing-file", "error", "a.md:5")
    assert "Files/List.pdf" in got.fix


@pytest.mark.parametrize(
    ("name", "hint"),
    [("lost.pdf", "x/lost.pdf"), ("diagrm.png", "diagram.png"), ("zzz", "Add the file to Git")],
)
def test_missing_file_is_looked_for(name: str, hint: str) -> None:
    """The same name elsewhere, or a near one here."""
    files: Files = {"a.md": doc(), "x/lost.pdf": 9_999, "diagram.png": 9_999}
    assert hint in only(found(files, a=page(image(name)))).fix


def test_attachment_that_is_no_file() -> None:
    """Folders and symlinks cannot be attached."""
    files: Files = {"a.md": doc("attachments: [d, l.pdf]\n"), "d/x": 9_999}
    got = found(files, Entry("l.pdf", "", None, "symlink"))
    assert [one.code for one in got] == ["missing-file", "missing-file"]
    assert "is a folder" in got[0].message
    assert "symlink" in got[1].message


def test_missing_picture() -> None:
    """A picture that does not exist is an error on the line of the body."""
    got = only(found({"a.md": doc()}, a=page(image("x.png"))))
    assert (got.code, got.severity, got.line) == ("missing-file", "error", 8)


def test_too_large() -> None:
    """What IT Glue would refuse is an error: attachments, pictures and linked files, each once."""
    files: Files = {"a.md": doc("attachments: [x.pdf]\n")}
    files |= dict.fromkeys(["x.pdf", "y.png", "z.zip"], 7_000_001)
    got = found(files, a=page(image("y.png"), image("y.png"), link("z.zip"), link("x.pdf")))
    assert [(one.code, one.line) for one in got] == [
        ("too-large", 4),
        ("too-large", 7),
        ("too-large", 8),
    ]
    assert "7.0 MB" in got[0].message


def test_lfs_pointer() -> None:
    """A pointer must not be uploaded in place of the file."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    got = only(found({"a.md": doc("attachments: [x.pdf]\n"), "x.pdf": pointer}))
    assert (got.code, got.severity) == ("lfs-pointer", "error")


def test_broken_links() -> None:
    """A link to no file, or out of the docs root, is a warning; a picture from there an error."""
    files = {"a.md": doc(), "setup.md": doc("title: B\n")}
    got = found(files, a=page(link("setpu.md"), link(None, line=9), image(None), link("setup")))
    assert [(one.code, one.severity, one.line) for one in got] == [
        ("broken-link", "warning", 7),
        ("outside-root", "error", 8),
        ("broken-link", "warning", 9),
    ]
    assert "setup.md" in got[0].fix


def test_broken_anchors() -> None:
    """An anchor must be in the page that it is for; of a page not at hand nothing is said."""
    files = {
        "a.md": doc(body="See [x](#gone-ü).\n"),
        "b.md": doc("title: B\n"),
        "c.md": doc("title: C\n"),
    }
    html = '<p><a href="#there">x</a> <a rel="x" href="#gone-%C3%BC">x</a></p>'
    a = page(
        link("b.md", "here"), link("b.md", "nowhere"), link("c.md", "any"),
        html=html, anchors=("there",),
    )  # fmt: skip
    got = found(files, a=a, b=page(anchors=("here",)))
    assert [(one.code, one.severity, one.line) for one in got] == [
        ("broken-anchor", "warning", None),
        ("broken-anchor", "warning", 7),
    ]
    assert "#gone-ü" in got[0].message
    assert "b.md has no heading #nowhere" in got[1].message


def test_duplicate_ids() -> None:
    """Both places are named; a path counts as the id of a document without one."""
    files = {
        "a.md": doc("id: x\n"),
        "b.md": doc("title: B\nid: x\n"),
        "c.md": doc("id: d.md\n"),
        "d.md": doc(),
    }
    got = found(files)
    assert [(one.code, one.place) for one in got] == [
        ("duplicate-id", "a.md:4"),
        ("duplicate-id", "b.md:5"),
        ("duplicate-id", "c.md:4"),
        ("duplicate-id", "d.md"),
    ]
    assert "b.md" in got[0].message
    assert all(one.severity == "error" for one in got)


def test_duplicate_titles() -> None:
    """Same organizations, type and title, in any case: a warning at both; else nothing."""
    files = {
        "a.md": doc("title: Server  Patching\n"),
        "b.md": doc(),
        "c.md": "---\norg: Other\ntype: SOP\ntitle: Server patching\n---\n",
    }
    got = found(files, b=page(title="server patching"))
    assert [(one.code, one.severity, one.document) for one in got] == [
        ("duplicate-title", "warning", "a.md"),
        ("duplicate-title", "warning", "b.md"),
    ]


def test_overdue_review() -> None:
    """A review is overdue from the day after."""
    got = only(found({"a.md": doc("review_by: 2026-11-23\n")}))
    assert (got.code, got.severity, got.line) == ("review-overdue", "warning", 4)
    assert "1 days ago" in got.message


def test_stripped_html() -> None:
    """What the renderer left out is passed on, with its line."""
    got = only(found({"a.md": doc()}, a=page(stripped=(Stripped("<script>", 9),))))
    assert (got.code, got.severity, got.line) == ("stripped-html", "warning", 9)
    assert "<script>" in got.message


def test_secrets_in_documents() -> None:
    """In the body and in the frontmatter, drafts included; the value is not in the message."""
    got = found(
        {"a.md": doc("publish: false\ntraits: {password: Hunter2!}\n", "Password: Hunter2!\n")}
    )
    assert [(one.code, one.severity, one.line) for one in got] == [
        ("secret", "error", 5),
        ("secret", "error", 7),
    ]
    assert "Hunter2" not in str(got)
    assert "IT Glue password" in got[0].fix


def test_secrets_in_files_that_go_along() -> None:
    """Text attachments and linked texts are looked into; the document answers for them."""
    files: Files = {
        "a.md": doc("attachments: [x.csv, y.bin]\n"),
        "x.csv": "host,password\nsrv,Hunter2!\n",
        "y.bin": 1_000_000,
        "z.ps1": "net user svc Hunter2!".encode("utf-16"),
        "unused.txt": "Password: Hunter2!",
        "huge.txt": 2_000_000,
    }
    got = found(files, a=page(link("z.ps1"), link("huge.txt")))
    assert [(one.code, one.place) for one in got] == [("secret", "a.md:4"), ("secret", "a.md:7")]
    assert "line 2 of x.csv" in got[0].message
    assert "Hunter2" not in str(got)


def test_allowance_without_a_reason() -> None:
    """It is a warning beside the error that stays."""
    body = "<!-- publisher: allow-secret -->\nPassword: Hunter2!\n"
    got = found({"a.md": doc(body=body)})
    assert [(one.code, one.severity) for one in got] == [
        ("allow-without-reason", "warning"),
        ("secret", "error"),
    ]


def test_findings_are_sorted_and_single() -> None:
    """The same input gives the same list, each finding once, by document and line."""
    files = {"b.md": doc("id: x\n"), "a.md": doc("id: x\nreview_by: 2020-01-01\n")}
    got = found(files, a=page(link("no"), link("no")))
    assert got == sorted(set(got), key=lambda one: one.order)
    assert [one.document for one in got] == ["a.md", "a.md", "a.md", "b.md"]


def test_bytes_at_hand_are_not_read_again() -> None:
    """A caller who has read the documents passes them on."""
    tree = tree_of({"a.md": doc()})
    parsed = collect(tree, Config()).parsed
    raw = {"a.md": b"Password: Hunter2!"}
    assert [one.code for one in check.run(tree, parsed, Config(), {}, raw=raw)] == ["secret"]


def test_every_rule_says_what_it_is() -> None:
    """Each rule has a docstring that names its severity."""
    for rule in RULES:
        assert rule.__doc__
        assert "rror" in rule.__doc__ or "arning" in rule.__doc__
