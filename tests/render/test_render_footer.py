"""The footer's marker survives whatever a server does to HTML without touching its words."""

from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.render import footer, split_footer

FOOTER = footer(repository="docs", path="sops/a.md", commit="0123456789ab", marker="docs:7f@1")


def rewrite(html: str) -> str:
    """What a server with a sanitizer and an eager linkifier makes of *html*."""
    html = re.sub(r"([\w%.:-]+@\d+)", r'<a class="linkified" href="mailto:\1">\1</a>', html)
    html = html.replace("<small>", "").replace("</small>", "").replace("-", "&#45;")
    html = html.replace("<p>", "<p class='x'>\n ").replace("<hr>", "<hr class='y' />")
    return f"<div class='text-section'>{nh3.clean(html, link_rel='noopener')}</div>"


def test_footer_says_where_from() -> None:
    """Source, commit (short) and marker are plain words; without a commit there is none."""
    assert "sops/a.md in docs, last changed at 01234567." in FOOTER
    assert "publisher-key: docs:7f@1</small></p>" in FOOTER
    assert "changed" not in footer(repository="d", path="a", commit=None, marker="m")


markers = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(markers)
def test_footer_round_trip(marker: str) -> None:
    """Any marker is found again, and the body comes back without the footer."""
    html = "<h2>A</h2>\n<p>b</p>"
    made = footer(repository="d", path="a & b.md", commit=None, marker=marker)
    assert split_footer(f"{html}\n{made}") == (html, marker)


@given(markers)
def test_footer_survives_rewriting(marker: str) -> None:
    """Also after other tags, links and entities were put around and into it."""
    made = footer(repository="d", path="sops/a.md", commit="abc", marker=marker)
    body, found = split_footer(rewrite(f"<p>b</p>\n{made}"))
    assert found == marker
    assert "publisher" not in body
    assert "<hr" not in body


def test_last_marker_counts() -> None:
    """A document that explains the footer does not take another's identity."""
    html = f"<p>The footer ends in publisher-key: other@2</p>\n{FOOTER}"
    assert split_footer(html) == ("<p>The footer ends in publisher-key: other@2</p>", "docs:7f@1")


def test_text_after_the_footer_stays() -> None:
    """What a colleague wrote below the footer is part of the body."""
    assert split_footer(f"<p>a</p>{FOOTER}<p>b</p>") == ("<p>a</p><p>b</p>", "docs:7f@1")


@pytest.mark.parametrize("html", ["", "<p>a</p>", "a < b", "<p>publisher-key:</p>"])
def test_no_footer(html: str) -> None:
    """HTML without a marker comes back as it is."""
    assert split_footer(html) == (html, None)
