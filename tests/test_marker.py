"""Markers survive what a server may do to the text around them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.marker import Marker, content_digest, new_attempt

REPOSITORIES = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=20)
PATHS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
HEX = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(REPOSITORIES, PATHS, st.integers(1, 10**17), HEX, st.booleans())
def test_a_marker_is_read_back_as_it_was(
    repository: str, path: str, organization: int, content: str, archived: bool
) -> None:
    """Whatever a path holds: spaces, quotes, semicolons, '@', emoji."""
    marker = Marker(repository, f"{path}@{organization}", new_attempt(), content, archived)
    assert Marker.parse(f"Source: x. publisher-key: {marker} ") == marker
    assert str(marker).isascii()
    assert len(str(marker).split()) == 1


@pytest.mark.parametrize("text", ["", "no marker", "a:b@1;a=;c=0", None, 7, "x:y;a=1;c=2"])
def test_what_is_no_marker_gives_none(text: object) -> None:
    """Never an exception: people write all kinds of things into fields."""
    assert Marker.parse(text) is None


def test_the_digest_leaves_out_where_a_document_lies() -> None:
    """So that a renamed document is recognised by what it says."""
    assert content_digest({"body": "x", "@marker": "1"}) == content_digest({"body": "x"})
    assert content_digest({"body": "x"}) != content_digest({"body": "y"})


def test_no_two_attempts_are_the_same() -> None:
    """They tell two creates of one target apart."""
    assert len({new_attempt() for _ in range(1000)}) == 1000
