"""References: found, resolved below the docs root, placed on a line, filled in or degraded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.render import Reference, render, resolve
from publisher.render.references import locate

BODY = """\
See [a](b.md) and `[no](code.md)`.

```
[no](b.md) [no](img/x.png)
```

![Plan](img/x.png) <img src="/top.png"> [a](b.md#part)
[out](../../etc/passwd)
"""


def test_references_are_listed_in_order() -> None:
    """Each local link and picture, also in raw HTML, with its place; code holds none."""
    page = render(BODY, path="sops/a.md", first_line=10)
    assert page.references == (
        Reference("link", "b.md", "sops/b.md", "", 10, "publisher-ref:0"),
        Reference("image", "img/x.png", "sops/img/x.png", "", 16, "publisher-ref:1"),
        Reference("image", "/top.png", "top.png", "", 16, "publisher-ref:2"),
        Reference("link", "b.md#part", "sops/b.md", "part", 16, "publisher-ref:3"),
        Reference("link", "../../etc/passwd", None, "", 17, "publisher-ref:4"),
    )


@pytest.mark.parametrize(
    ("url", "path", "anchor"),
    [
        ("b.md", "x/y/b.md", ""),
        ("./b.md#c", "x/y/b.md", "c"),
        ("../b%20c.md", "x/b c.md", ""),
        ("/b.md", "b.md", ""),
        ("../../../b.md", None, ""),
        ("/../b.md", None, ""),
        ("..\\img\\b.png", "x/img/b.png", ""),
        ("..\\..\\..\\b.png", None, ""),
        ("%2e%2e/%2e%2e/%2e%2e/b", None, ""),
        ("b%00.md", None, ""),
        ("b.md?plain=1#%C3%BC", "x/y/b.md", "ü"),
        ("../..", ".", ""),
    ],
)
def test_locate(url: str, path: str | None, anchor: str) -> None:
    """A path is taken from the document's folder, '/' from the root, and never leaves it."""
    assert locate(url, "x/y/a.md") == (path, anchor)


@given(st.text(alphabet="./\\%2efoab", max_size=30))
def test_locate_never_leaves_the_root(url: str) -> None:
    """Whatever is written, the path has no way up."""
    path, _ = locate(url, "x/a.md")
    assert path is None or not (path.startswith("/") or ".." in path.split("/"))


def test_resolve_fills_in_urls() -> None:
    """Every token becomes its URL, escaped as an attribute, by order or by token."""
    html = render("[a](b.md) ![p](c.png)", path="a.md").html
    expected = '<p><a href="/1?a&amp;b">a</a> <img alt="p" src="/2&quot;x"></p>'
    assert resolve(html, ["/1?a&b", '/2"x']) == expected
    assert resolve(html, {"publisher-ref:0": "/1?a&b", "publisher-ref:1": '/2"x'}) == expected


def test_resolve_degrades() -> None:
    """Without a URL a link becomes its content, a picture its description or its file's name."""
    html = render("[a **b**](b.md) [![p](c.png)](d.md) ![](e%20f.png)", path="a.md").html
    assert resolve(html, []) == "<p>a <strong>b</strong> <em>p</em> <em>e f.png</em></p>"
    assert "<em>p</em></a>" in resolve(html, [None, "/d", None])


@pytest.mark.parametrize("url", ["javascript:alert(1)", " jAvascript:x", "data:text/html,x"])
def test_resolve_takes_no_script(url: str) -> None:
    """A URL that would run something counts as none."""
    assert resolve('<a href="publisher-ref:0">a</a>', [url]) == "a"


def test_resolve_knows_nested_links() -> None:
    """Links inside the cells of a linked table, which parsers do let through, keep their ends."""
    html = (
        '<a href="publisher-ref:0"><table><tbody><tr><td><a href="/x">b</a></td></tr></tbody>'
        "</table></a>"
    )
    assert resolve(html, [None]) == html.replace('<a href="publisher-ref:0">', "").removesuffix(
        "</a>"
    )
    assert resolve(html, ["/y"]) == html.replace("publisher-ref:0", "/y")


def test_resolve_leaves_text_alone() -> None:
    """A document that talks about the tokens is not rewritten."""
    html = "<p>publisher-ref:0 <code>href=&quot;publisher-ref:0&quot;</code></p>"
    assert resolve(html, ["/x"]) == html
