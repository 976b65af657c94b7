"""Which files are candidates, and what is reported instead of followed."""

from __future__ import annotations

from trees import tree_of

from publisher.config import Docs
from publisher.model import Entry
from publisher.source.select import is_lfs_pointer, select


def test_include_exclude_and_only() -> None:
    """By default every Markdown file but READMEs; --only narrows it."""
    tree = tree_of(dict.fromkeys(["b.md", "a/c.md", "a/README.md", "README.md", "x.png"], ""))
    assert select(tree, Docs()).paths == ("a/c.md", "b.md")
    assert select(tree, Docs(exclude=("a/**",))).paths == ("README.md", "b.md")
    assert select(tree, Docs(), ["a/**"]).paths == ("a/c.md",)


def test_links_out_of_the_tree_are_reported() -> None:
    """Symlinks that could be or hold documents, and submodules; not those that are excluded."""
    tree = tree_of(
        {},
        Entry("link.md", "", None, "symlink"),
        Entry("folder", "", None, "symlink"),
        Entry("picture.png", "", None, "symlink"),
        Entry("old/link.md", "", None, "symlink"),
        Entry("vendor/docs", "", None, "submodule"),
        Entry("vendor/other", "", None, "submodule"),
    )
    selection = select(tree, Docs(exclude=("old/**", "vendor/other/**")))
    assert selection.paths == ()
    assert [(d.document, d.code, d.severity) for d in selection.diagnostics] == [
        ("folder", "symlink", "warning"),
        ("link.md", "symlink", "warning"),
        ("vendor/docs", "submodule", "warning"),
    ]


def test_names_that_cannot_be_published() -> None:
    """Control characters and names that are no UTF-8 are errors; all else is welcome."""
    good = ["üm laut.md", "emoji \U0001f468\u200d\U0001f469.md", "nbsp\u00a0.md", "'\"$`;.md"]
    bad = ["a\nb.md", "caf\udce9.md", "\x1b[31m.md", "rtl\u202e.md"]
    selection = select(tree_of(dict.fromkeys([*good, *bad, "not\na.document"], "")), Docs())
    assert sorted(selection.paths) == sorted(good)
    shown = {
        d.document for d in selection.diagnostics if (d.code, d.severity) == ("bad-path", "error")
    }
    assert shown == {r"a\nb.md", r"caf\xe9.md", r"\x1b[31m.md", r"rtl\u202e.md"}


def test_lfs_pointer() -> None:
    """A pointer file is told from a text that speaks of one."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
    assert is_lfs_pointer(pointer)
    assert not is_lfs_pointer(b"# On LFS\n" + pointer)
