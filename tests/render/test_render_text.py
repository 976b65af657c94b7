"""`text` and `canonical` see through what servers do to HTML."""

from __future__ import annotations

import pytest

from publisher.render import canonical, render, text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<b>b</b>c</p><p>d</p>", "abc d"),
        ("a<br>b&nbsp; &amp;\n c", "a b & c"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("<script>x</script><style>y</style><!-- z -->a", "a"),
        ("<p title='>'>a</p>", "a"),
        ("a &lt;b&gt; c", "a <b> c"),
    ],
)
def test_text(html: str, expected: str) -> None:
    """Visible text, blocks parted, white space folded."""
    assert text(html) == expected


SAME = [
    ('<a href="/x" title="t">a</a>', '<a title=t rel="noopener" target=_blank href=/x>a</a>'),
    ("<h2>A</h2>", '<h2 id="id-1234" class="x">A</h2>'),
    ("<p>a &amp; é</p>", "<p>a &#38; e\u0301</p>"),
    ("<p>a<br>b</p>", "<p>a<br/>\nb</p>\n\n"),
    ("<p>see https://a.test/x.</p>", '<p>see <a href="https://a.test/x">https://a.test/x</a>.</p>'),
    ("<p>www.a.test</p>", '<p><a class="linkified" href="http://www.a.test/">www.a.test</a></p>'),
    ("<p>a@b.test</p>", '<p><a href="mailto:a@b.test">a@b.test</a></p>'),
    ('<p style="color:red;">a</p>', '<p style="color: red">a</p>'),
    ("<ul><li><p>a</p></li></ul>", "<ul>\n<li>a</li>\n</ul>"),
    ("<table><tr><td>a</td></tr></table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
    ("<p>a</p>", '<div class="text-section"><p>a</p></div>'),
]
OTHER = [
    ("<p>a</p>", "<p>b</p>"),
    ('<a href="/x">a</a>', '<a href="/y">a</a>'),
    ('<a href="/x">a</a>', "a"),
    ('<img src="/x">', '<img src="/y">'),
    ("<h2>a</h2>", "<p>a</p>"),
    ("<h2>a</h2>", "<h3>a</h3>"),
    ("<li>a</li><li>b</li>", "<li>a b</li>"),
    ("<td>a</td><td></td>", "<td></td><td>a</td>"),
    ("<p>a</p><p>b</p>", "<p>ab</p>"),
    ("a<hr>b", "a<br>b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_canonical_forgets_spelling(one: str, other: str) -> None:
    """Two documents that say the same are equal."""
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_canonical_keeps_meaning(one: str, other: str) -> None:
    """Two documents that say something else are not."""

    def in_table(html: str) -> str:
        return f"<table><tr>{html}</tr></table>" if html.startswith("<td>") else html

    assert canonical(in_table(one)) != canonical(in_table(other))


def test_canonical_of_a_page_is_stable() -> None:
    """It does not depend on how often a document went through a parser."""
    html = render("# T\n\n- a [b](https://c.test)\n\n| x |\n|---|\n| y |\n", path="a.md").html
    assert canonical(html) == canonical(html.replace("\n", "")) == canonical(f"<div>{html}</div>")
