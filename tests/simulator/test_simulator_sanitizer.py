"""What happens to HTML on save."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.simulator.sanitizer import Level, sanitize

TAGS = [
    "p", "b", "a", "table", "tr", "td", "pre", "code", "h1", "h2", "div", "span", "ul", "li",
    "img", "br", "script", "style", "svg", "math", "iframe", "details", "textarea", "select",
    "form", "input", "template", "title", "noscript", "caption", "blockquote",
]  # fmt: skip
ATTRIBUTES = [
    "", ' href="https://a.b/c?x=1&y=2"', " onclick=alert(1)", ' style="Color:red;x:url(y)"',
    " id=x", " class='b a'", ' src="data:x"', ' src="/1/docs/2/images/3"', ' href="javascript:x"',
    ' title="&lt;b>"',
]  # fmt: skip
PIECES = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(TAGS)),
    st.sampled_from(["https://example.com/a", "see https://x.y.", "\n", "\n\n", "&nbsp;",
                     "&amp;lt;", "<!-- x -->", "<![CDATA[x]]>", "&", "<", ">", '"', "\x00", "\r"]),
    st.text(max_size=8),
)  # fmt: skip
HTML = st.lists(PIECES, max_size=14).map("".join)


@given(HTML, st.sampled_from(["off", "normalise", "full"]))
def test_it_is_idempotent(text: str, level: Level) -> None:
    """Saving what came back changes nothing, whatever it was."""
    once = sanitize(text, level)
    assert sanitize(once, level) == once


@given(HTML)
def test_nothing_dangerous_survives(text: str) -> None:
    """No script, no handler, no data: or javascript: URL."""
    saved = sanitize(text)
    tags = re.findall(r"<[^>]*>", saved)
    assert not any(re.match(r"</?(script|style|iframe|svg|math|input|form)\b", tag) for tag in tags)
    assert not any(re.search(r"\son\w+=|javascript:|=\"data:", tag) for tag in tags)


@given(st.text(alphabet=st.characters(blacklist_characters="\r\x00", blacklist_categories=["Cs"])))
def test_text_survives(text: str) -> None:
    """Words are never lost, only written differently."""
    saved = sanitize(f"<p>{html.escape(text)}</p>", "normalise")
    assert html.unescape(re.sub(r"<[^>]*>", "", saved)) == text


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("<p>é&copy;&#39;", "<p>é©'</p>"),
        ('<img alt="x" src="data:image/png;base64,AA">', ""),
        ('<img src="https://a.b/c.png" alt=x>', '<img alt="x" src="https://a.b/c.png">'),
        ("a<script>b</script>c<style>d</style><svg><text>e</text></svg>", "ac"),
        ("<ul><li><input type=checkbox checked>x</ul>", "<ul><li>x</li></ul>"),
        ('<p onclick="x" class="b" id="a">x</p>', '<p class="b" id="a">x</p>'),
        ('<td>x</td>', "x"),
        ("<details><summary>a</summary>b</details>", "ab"),
        ('<a href="https://a.b">x</a>',
         '<a href="https://a.b" rel="noopener noreferrer" target="_blank">x</a>'),
        ('<a href="#there">x</a>', '<a href="#there">x</a>'),
        ("see https://a.b/c.", 'see <a class="linkified" href="https://a.b/c"'
         ' rel="noopener noreferrer" target="_blank">https://a.b/c</a>.'),
        ("<code>https://a.b</code>", "<code>https://a.b</code>"),
        ('<h2 id="mine">x</h2>', '<h2 id="mine">x</h2>'),
        ('<th style="background-color:#eee;position:fixed">x</th>', "x"),
        ('<div class="panel panel-default" style="color: red;position:fixed">x</div>',
         '<div class="panel panel-default" style="color:red">x</div>'),
    ],
)  # fmt: skip
def test_cases(sent: str, saved: str) -> None:
    """One line for each thing it does."""
    assert sanitize(sent) == saved


def test_headings_get_ids() -> None:
    """As exported documents show them; the same heading gets the same one, a second another."""
    ids = re.findall(r'<h2 id="(id-[0-9a-f-]{36})">', sanitize("<h2>a</h2><h2>a</h2>"))
    assert len(set(ids)) == 2
    assert ids[0] in sanitize("<p>new</p><h2>a</h2>")


def test_levels() -> None:
    """off stores as sent; normalise adds nothing; extra tags pass when asked for."""
    text = "<h2>https://a.b<script>x</script>"
    assert sanitize(text, "off") == text
    assert sanitize(text, "normalise") == "<h2>https://a.b</h2>"
    kept = sanitize("<details open>x</details>", "full", frozenset({"details"}))
    assert kept == "<details>x</details>"
