"""What scripts take along with the client: Markdown as publisher renders it.

    from publisher.itglue import ITGlueClient
    from publisher.scripting import render_markdown

    with ITGlueClient(instance="sandbox") as itglue:
        itglue.create_flexible_asset_from_markdown(
            "Acme Corp", "SOP", Path("patching.md"), render=render_markdown
        )

The client is a library by itself and knows no Markdown; this module stands above both.
"""

from __future__ import annotations

from publisher.render import Page, render, resolve
from publisher.source.frontmatter import read

_UNNAMED = "-"


def render_markdown(text: str) -> tuple[str | None, str]:
    """Markdown, with or without frontmatter -> title and HTML that IT Glue keeps.

    The title is the frontmatter's, else the first heading (which is then not repeated), else None.
    Links and pictures say what the text says: a native document's are uploaded from there.

    Raises:
        publisher.source.strictyaml.Malformed: the frontmatter is not what it should be.
        publisher.render.TooDeep: it is nested deeper than any document needs.
    """
    document = read(text.encode("utf-8", "replace"))
    given = document.values.get("title")
    title = str(given) if given else None
    page: Page = render(document.body, path=_UNNAMED, title=title, first_line=document.body_line)
    content = resolve(page.html, [reference.raw for reference in page.references])
    return (None if page.title == _UNNAMED else page.title), content
