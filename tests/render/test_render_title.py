"""Where a document's title comes from, and whether its heading stays in the body."""

from __future__ import annotations

import pytest

from publisher.render import render


@pytest.mark.parametrize(
    ("body", "given", "title", "html"),
    [
        ("# One\n\ntext", None, "One", "<p>text</p>"),
        ("# *One* `two` & <three>\n", None, "One two & <three>", ""),
        ("<!-- note -->\n\nOne\n===\n", None, "One", ""),
        ("text\n\n# One", None, "One", "<p>text</p>"),
        ("## Two\n\n# One", None, "Two", '<h2 id="two">Two</h2>\n<h1 id="one">One</h1>'),
        ("text", None, "Server patching", "<p>text</p>"),
        ("", None, "Server patching", ""),
        ("# Given\n\ntext", " given", " given", "<p>text</p>"),
        ("# Other", "Given", "Given", '<h1 id="other">Other</h1>'),
        ("text\n\n# Given", "Given", "Given", '<p>text</p>\n<h1 id="given">Given</h1>'),
        ("> # Quoted", None, "Server patching", None),
    ],
    ids=str,
)
def test_title(body: str, given: str | None, title: str, html: str | None) -> None:
    """Frontmatter, else the first heading, else the file's name; never said twice."""
    page = render(body, path="sops/server-patching.md", title=given)
    assert page.title == title
    assert html is None or page.html == html


def test_title_keeps_its_anchor() -> None:
    """A link to the heading that became the title is not broken, and no other takes its name."""
    page = render("# Setup\n\n## Setup\n\n## Setup\n", path="a.md")
    assert page.anchors == {"setup", "setup-1", "setup-2"}
    assert page.html == '<h2 id="setup-1">Setup</h2>\n<h2 id="setup-2">Setup</h2>'


def test_anchors_are_all_that_links_can_reach() -> None:
    """Headings, ids of one's own, and footnotes."""
    page = render('## A b\n\n<a id="own"></a>x[^1]\n\n## C {#d}\n\n[^1]: y', path="a.md")
    assert page.anchors >= {"a-b", "own", "d", "fn:1"}
