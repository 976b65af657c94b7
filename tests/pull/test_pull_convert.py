"""Whatever HTML an editor makes of a text, the Markdown that comes of it says the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.pull.blocks import blocks, definitions, units, written
from publisher.pull.convert import together
from publisher.pull.losses import difference
from publisher.pull.sketch import NO_TITLE, Sketch
from publisher.pull.splice import splice
from publisher.render import render
from publisher.render.sanitize import sanitize

SKETCH = Sketch("a.md", {}, {})

# What Markdown takes for signs, and editors for text.
SIGNS = (
    "word a*b*c x_y_z 1. # - [x] [a](b) `tick` | a|b \\n C:\\dir http://x.test/z ! + ~~no~~ **no** "
    "☐ == === --- 10) !!! $a$ &lt;tag&gt; &amp;amp; &gt; &nbsp; [^1] *[HTML]: {:.x} :smile:"
)
WORDS = st.sampled_from(SIGNS.split())
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
INLINE = st.recursive(
    TEXT,
    lambda inner: (
        st.builds(
            "<{0}>{1}</{0}>".format, st.sampled_from(["strong", "em", "code", "del", "u"]), inner
        )
        | st.builds('<a href="http://x.test/?a=1&amp;b=2">{}</a>'.format, inner)
        | st.builds('<span style="color: red">{}</span>'.format, inner)
        | st.builds("{} {}<br>{}".format, inner, inner, inner)
    ),
    max_leaves=4,
)


def _listed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(inner, min_size=1, max_size=3).map("</li><li>".join)
    return st.builds("<{0}><li>{1}</li></{0}>".format, st.sampled_from(["ul", "ol"]), items)


def _table(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    row = "<tr><{0}>{1}</{0}><{0}>{2}</{0}></tr>"
    head = st.builds(row.format, st.just("th"), INLINE, INLINE)
    body = st.builds(row.format, st.just("td"), inner, INLINE)
    return st.builds("<table>{}{}</table>".format, head, body)


BLOCK = st.recursive(
    INLINE.map("<p>{}</p>".format)
    | INLINE.map("<h2>{}</h2>".format)
    | st.builds("<pre>{}\n\n  {}</pre>".format, TEXT, TEXT)
    | st.just("<hr>"),
    lambda inner: _listed(inner | INLINE) | _table(inner) | st.builds(
        "<blockquote>{}{}</blockquote>".format, inner, inner
    ),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(BLOCK, min_size=1, max_size=3).map("".join))
def test_any_html_becomes_markdown_that_says_the_same(html: str) -> None:
    """Signs that are text stay text, and no block grows into the one before it."""
    clean, _ = sanitize(html, lambda _, url: url)
    text = together(blocks(clean), SKETCH.link, SKETCH.paint)
    assert difference(clean, SKETCH.paint(text)) is None


def test_a_quote_beside_a_quote_stays_one_of_its_own() -> None:
    """Markdown would make one of the two, so the second is kept as HTML."""
    html = ["<blockquote><p>a</p></blockquote>", "<blockquote><p>b</p></blockquote>"]
    text = together(html, SKETCH.link, SKETCH.paint)
    assert text == f"> a\n\n{html[1]}"


SOURCE = """\
Intro with *stress*.

* one
* two

  more of two

<!-- a comment -->

| A | B |
|---|---|
| 1 | 2 |

> [!NOTE]
> Mind this.

```python
x = 1
```

Term
:   What it is.

See [there][1].

[1]: http://x.test/there
"""


def _units() -> tuple[tuple[str, ...], list[str]]:
    page = written(render(SOURCE, path="a.md", title=NO_TITLE).html)
    found = units(SOURCE, page, lambda piece, _: _render(piece))
    return tuple(unit.source for unit in found), page


def _render(piece: str) -> str:
    return render(f"{piece}\n\n{definitions(SOURCE)}", path="a.md", title=NO_TITLE).html


def test_units_are_the_source_in_parts_that_make_a_block_each() -> None:
    """Comments and definitions make none."""
    sources, page = _units()
    assert "".join(sources) == SOURCE
    assert len(sources) == len(page) + 2


@pytest.mark.parametrize("gone", range(7))
@pytest.mark.parametrize("new", [None, 0, 3, 6])
def test_blocks_come_go_and_move_without_touching_the_others(gone: int, new: int | None) -> None:
    """What is there in the end is said, and comments and definitions stay."""
    page = written(_render(SOURCE))
    there = [block for at, block in enumerate(page) if at != gone]
    if new is not None:
        there.insert(new, "<h3>New</h3><ul><li>item</li></ul>")
        there = blocks("".join(there))
    parts = units(SOURCE, page, lambda piece, _: _render(piece))

    def paint(piece: str) -> str:
        return "".join(written(_render(piece)))

    text = splice(parts, page, there, SKETCH.link, paint)
    assert difference("".join(there), "".join(written(_render(text)))) is None
    assert "<!-- a comment -->" in text
    assert "[1]: http://x.test/there" in text
    kept = [unit.source for unit in parts if not unit.start <= gone < unit.stop]
    assert all(source.strip("\n") in text for source in kept)
