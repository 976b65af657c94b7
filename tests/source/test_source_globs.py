"""Globs: what each construct matches, and that no pattern can break them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.source.globs import any_of, literal_prefix, matcher

NAMES = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("**/*.md", ["a.md", "x/a.md", "x/y/.md"], ["a.txt", "a.md/b"]),
        ("*.md", ["a.md"], ["x/a.md"]),
        ("**/README.md", ["README.md", "x/README.md"], ["xREADME.md", "x/README.md/y"]),
        ("x/**", ["x/a", "x/y/z"], ["x", "xy/a", "y/x/a"]),
        ("x/**/a", ["x/a", "x/y/a", "x/y/z/a"], ["xa", "x/ya"]),
        ("**", ["a", "x/y"], []),
        ("**/**/a", ["a", "x/y/a"], ["xa"]),
        ("x**/a", ["x/a", "xy/a"], ["x/y/a"]),
        ("a?c", ["abc", "a?c"], ["ac", "a/c"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "/x"]),
        ("[!a]x", ["bx"], ["ax", "/x"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[z-a]", [], ["a", "[z-a]"]),
        ("[[:^&&--]", ["[", "-", "&"], ["x"]),
        ("[a", ["[a"], ["a"]),
        ("{a,b/c}.md", ["a.md", "b/c.md"], ["c.md", "{a,b/c}.md"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"], ["b"]),
        ("{**/,}x", ["x", "a/b/x"], ["ax"]),
        ("{a", ["{a"], ["a"]),
        ("a,b}", ["a,b}"], []),
        (r"\*\{", ["*{"], ["a{"]),
        ("clients/acme", ["clients/acme", "clients/acme/a.md"], ["clients/acme2/a.md"]),
        ("clients/", ["clients/a.md", "clients/x/a.md"], ["clients"]),
        ("./a.md", ["a.md"], ["x/a.md"]),
        ("/a.md", ["a.md"], ["x/a.md"]),
        ("/", ["a", "x/a"], []),
        ("", [], ["", "a"]),
    ],
)
def test_patterns(pattern: str, matching: list[str], others: list[str]) -> None:
    """Each construct matches what the module's table says, over the whole path."""
    assert [path for path in matching + others if matcher(pattern)(path)] == matching


@given(PATHS)
def test_an_escaped_path_matches_itself(path: str) -> None:
    """Any path can be named, whatever characters it holds."""
    escaped = "".join(f"\\{char}" if char in "*?[{\\" else char for char in path)
    if escaped not in (".", "..") and not escaped.startswith("./"):
        assert matcher(escaped)(path)
        assert literal_prefix(escaped) in escaped


@given(st.text(alphabet="*?[]{},\\/!ab-^", max_size=30), PATHS)
def test_every_text_is_a_pattern(pattern: str, path: str) -> None:
    """No pattern is an error, and one among several gives what it gives by itself."""
    assert any_of([pattern])(path) == matcher(pattern)(path)
    assert any_of([pattern, "**"])(path)
    assert not any_of([])(path)


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [("a/b/*.md", "a/b/"), ("/a/{b,c}", "a/"), ("**/x", ""), ("a/b", "a/b"), ("a/", "a/")],
)
def test_literal_prefix(pattern: str, prefix: str) -> None:
    """What is written without a wildcard at the start tells how specific a pattern is."""
    assert literal_prefix(pattern) == prefix
