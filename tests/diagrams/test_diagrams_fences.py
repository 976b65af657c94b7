"""Fenced diagrams in a body become pictures, line by line; everything else stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.diagrams import Undrawable, draw_fences
from publisher.diagrams.words import describe, file_name
from publisher.render import render

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.mmd"))


def path_of(kind: str, source: str) -> str:
    """A stand-in for drawing: every diagram has a picture."""
    return f".publisher/diagrams/{kind}/{len(source)}.png"


def refuse(kind: str, source: str) -> str:
    raise Undrawable("Mermaid cannot read line 2 of it", line=2)


def test_a_diagram_becomes_a_picture_and_no_line_moves() -> None:
    """The picture stands where the fence stood; what follows keeps its line."""
    body = "Before\n```mermaid\nflowchart TD\n  a-->b\n```\nAfter ![x](y.png)\n"
    drawn = draw_fences(body, path_of)
    assert drawn.kinds == ("mermaid",)
    assert drawn.body.count("\n") == body.count("\n")
    page = render(drawn.body, path="a.md")
    assert [(r.path, r.line) for r in page.references] == [
        (".publisher/diagrams/mermaid/21.png", 3),
        ("y.png", 6),
    ]
    assert 'alt="Flowchart"' in page.html
    assert "<code" not in page.html


def test_a_diagram_between_colons_is_drawn_too() -> None:
    """As Azure DevOps writes it; without an end, or in a fence, it is text."""
    body = "::: mermaid\nflowchart TD\n  a-->b\n:::\nAfter\n"
    drawn = draw_fences(body, path_of)
    assert drawn.body == "\n![Flowchart](/.publisher/diagrams/mermaid/21.png)\n\n\nAfter\n"
    assert draw_fences(body, refuse).body.startswith("```mermaid\n")
    for other in ("::: mermaid\nflowchart TD\n", "~~~\n::: mermaid\nx\n:::\n~~~\n"):
        assert draw_fences(other, path_of).body == other


@pytest.mark.parametrize(
    ("body", "inside"),
    [
        ("- ```mermaid\n  graph TD\n  a-->b\n  ```\n- two\n", "<li>"),
        ("1. Step\n\n   ~~~ mermaid\n   graph TD\n   a-->b\n   ~~~\n\n2. Next\n", "<ol>"),
        ("> ```mermaid\n> graph TD\n> a-->b\n> ```\n", "<blockquote>"),
    ],
    ids=["item", "step", "quote"],
)
def test_diagrams_inside_of_lists_and_quotes_stay_there(body: str, inside: str) -> None:
    """Marker, indentation and quote marks around a fence are kept, and are no part of its text."""
    sources: list[str] = []

    def draw(kind: str, source: str) -> str:
        sources.append(source)
        return path_of(kind, source)

    drawn = draw_fences(body, draw)
    assert sources == ["graph TD\na-->b\n"]
    html = render(drawn.body, path="a.md").html
    assert html.index(inside) < html.index("<img")
    assert html.count("<li>") == body.count("- ") + body.count(". ")


@pytest.mark.parametrize(
    "body",
    [
        "```\ngraph TD\n```\n",
        "```mermaidish\ngraph TD\n```\n",
        "```mermaid\n\n```\n",
        "```mermaid\ngraph TD\n",
        "````md\n```mermaid\ngraph TD\n```\n````\n",
        "`` ```mermaid ``\n",
    ],
    ids=["no-word", "other-word", "empty", "open", "shown-as-code", "span"],
)
def test_what_is_no_diagram_stays(body: str) -> None:
    """Only a whole fence whose first word is mermaid, dot or graphviz is one."""
    assert draw_fences(body, path_of).body == body


def test_what_cannot_be_drawn_stays_code_and_is_reported() -> None:
    """The fence is untouched, and the problem names its line within the body."""
    body = "Text\n\n```mermaid\nflowchart TD\n a --> --> b\n```\n"
    drawn = draw_fences(body, refuse)
    assert drawn.body == body
    assert [(line, str(why)) for line, why in drawn.problems] == [
        (4, "Mermaid cannot read line 2 of it")
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%% Network of Acme\ngraph TD\n", "Network of Acme"),
        ("%% title: Network\ngraph TD\n", "Network"),
        ("---\ntitle: Büro [1]\n---\nflowchart TD\n", "Büro 1"),
        ("sequenceDiagram\n  title Sign on\n", "Sign on"),
        ("pie\n  title: Tickets\n", "Tickets"),
        ("flowchart TD\n  accTitle: Racks\n", "Racks"),
        ("%%{init: {}}%%\nflowchart TD\n", "Flowchart"),
        ('digraph "Two sites" { a -> b }', "Two sites"),
        ("strict digraph { a -> b }", "Graph"),
        ("stateDiagram-v2\n", "State diagram"),
        ("zenuml\n", "Diagram"),
    ],
)
def test_a_picture_is_described_by_its_title_or_kind(source: str, words: str) -> None:
    """A title, a comment on the first line, a graph's name, or else the kind."""
    assert describe(source) == words


def test_file_names_come_from_the_title() -> None:
    """Readable where there is a title, unique where there is none."""
    key = "0123456789abcdef"
    assert file_name("---\ntitle: Büro Zürich\n---\nflowchart TD\n", key) == "buro-zurich.png"
    assert file_name("flowchart TD\n", key) == "diagram-01234567.png"
    assert file_name("%% 東京\nflowchart TD\n", key) == "diagram-01234567.png"


def test_every_fixture_has_a_description() -> None:
    """No diagram is announced as nothing to those who cannot see it."""
    assert len(FIXTURES) == 22
    assert all(describe(path.read_text(encoding="utf-8")) for path in FIXTURES)
