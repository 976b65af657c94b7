"""HTML as lines to compare: what a reader sees, without what servers rewrite."""

from __future__ import annotations

import pytest

from publisher.render import lines


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2 id='x'>Plan &amp; do</h2><p>One\ntwo.</p>", ["## Plan & do", "One two."]),
        ("<ul><li>a</li><li><p>b</p><p>c</p></li></ul>", ["- a", "- b", "c"]),
        ("<pre><code>if x:\n    y &lt; 2\n</code></pre>", ["if x:", "    y < 2"]),
        (
            "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>",
            ["| A | B |", "| --- | --- |", "| 1 | 2 |"],
        ),
        ('<p>See <a href="https://a.test/">it</a>.</p>', ["See [it](https://a.test/)."]),
        ('<p><img src="a.png" alt="Net"></p>', ["![Net]"]),
        ("<p><b>bold</b> <script>x</script></p>", ["bold"]),
        ("", []),
    ],
    ids=["heading", "items", "code", "table", "link", "picture", "inline", "nothing"],
)
def test_html_as_lines(html: str, expected: list[str]) -> None:
    """One line a block, with the signs that Markdown gives it."""
    assert lines(html) == expected


def test_spelling_of_html_makes_no_line() -> None:
    """Attributes, wrappers, entities and white space come and go without a difference."""
    one = '<p>a &quot;b&quot; <strong class="x">c</strong></p>\n<hr>'
    other = '<div><p>a "b"\n <b>c</b></p><hr /></div>'
    assert lines(one) == lines(other)
