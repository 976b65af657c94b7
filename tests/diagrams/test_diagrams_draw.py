"""Drawing in a child process: real renderers, on white, the same each time, with limits."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from publisher.diagrams import Gallery, Undrawable
from publisher.diagrams import draw as drawing
from publisher.diagrams.draw import draw, version
from publisher.model import Entry
from publisher.source.tree import Tree

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.mmd"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" %s>%s</svg>'
TEXT = '<text x="5" y="40" font-family="No Such Font">Hello</text>'

needs_mermaid = pytest.mark.skipif(not version("mermaid"), reason="the extra is not installed")
needs_svg = pytest.mark.skipif(not version("svg"), reason="the extra is not installed")
needs_dot = pytest.mark.skipif(not version("dot"), reason="Graphviz is not installed")


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def svg(attributes: str, inside: str = "") -> bytes:
    return (SVG % (attributes, inside)).encode()


@needs_mermaid
def test_the_same_diagram_gives_the_same_bytes() -> None:
    """Hand-drawn edges and ids are seeded: this one has both."""
    source = b"flowchart LR\n a([Start]) --> b{Is it?}"
    first = draw("mermaid", source)
    assert first == draw("mermaid", source)
    assert size(first)[0] > 100


@needs_mermaid
@pytest.mark.parametrize(
    ("source", "says", "line"),
    [
        ("flowchart TD\n a --> --> b\n", "cannot read line 2", 2),
        ("hunter2 is no diagram\n", "no such kind", 1),
        (
            "flowchart TD\n a[\"<img src='/etc/passwd'>\"]\n",
            "cannot draw it|refers to a file",
            None,
        ),
    ],
    ids=["syntax", "unknown", "file"],
)
def test_a_refusal_says_where_but_quotes_nothing(source: str, says: str, line: int | None) -> None:
    """The renderer's own words quote the document, which may hold secrets."""
    with pytest.raises(Undrawable, match=says) as caught:
        draw("mermaid", source.encode())
    assert caught.value.line == line
    assert "hunter2" not in str(caught.value)


@needs_svg
def test_an_svg_is_rasterized_in_its_size() -> None:
    """One pixel for one unit; text in a missing font is shown in another."""
    plain = draw("svg", svg('width="200" height="80"'))
    assert size(plain) == (200, 80)
    assert len(draw("svg", svg('width="200" height="80"', TEXT))) > len(plain) + 100


@needs_svg
def test_a_huge_svg_is_made_smaller() -> None:
    """A picture of five thousand megapixels would take all memory."""
    assert size(draw("svg", svg('width="100000" height="50000"'))) == (4096, 2048)
    assert size(draw("svg", svg('viewBox="0 0 100000 50000"'))) == (4096, 2048)


@needs_svg
@pytest.mark.parametrize(
    "inside",
    [
        '<image href="/etc/hostname.png" width="9" height="9"/>',
        '<image x:href="../secret.png" width="9" height="9"/>',
        '<use href="other.svg#a"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>',
    ],
    ids=["absolute", "relative", "use", "nested"],
)
def test_an_svg_takes_no_other_file_along(inside: str) -> None:
    """The renderer would open any path that a picture names."""
    with pytest.raises(Undrawable, match="refers to a file"):
        draw("svg", svg('width="9" height="9"', inside))


@needs_svg
def test_an_svg_that_explodes_is_refused() -> None:
    """Entities that multiply a thousand million times."""
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(Undrawable):
        draw("svg", f"<!DOCTYPE svg [{entities}]>".encode() + svg("", "<text>&i;</text>"))


@needs_dot
def test_graphviz_draws_dot() -> None:
    """With `dot` on the path; a mistake is placed."""
    assert size(draw("dot", b"digraph g { a -> b }"))[0] > 40
    with pytest.raises(Undrawable, match="line 2") as caught:
        draw("dot", b"digraph g {\n a -> -> b }")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "source",
    [
        'digraph g { a [image="/etc/x.png"] }',
        'digraph g { a ["im\\\nage"="x"] }',
        'digraph g { a ["im" + "age" /* so */ = "x"] }',
        'digraph g { a [label=<<TABLE><TR><TD><IMG SRC="x"/></TD></TR></TABLE>>] }',
    ],
)
def test_dot_takes_no_file_along(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the attribute's name is spelt."""
    monkeypatch.setattr(drawing, "version", lambda kind: "some version")
    with pytest.raises(Undrawable, match="refers to a file"):
        draw("dot", source.encode())


def test_a_missing_renderer_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, a diagram is code, and the user knows what to install."""
    monkeypatch.setattr(drawing, "version", lambda kind: "")
    with pytest.raises(Undrawable) as caught:
        draw("mermaid", b"graph TD")
    assert "[diagrams]" in caught.value.fix


@needs_mermaid
def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mermaid takes minutes for some diagrams of a few hundred nodes."""
    monkeypatch.setattr(drawing, "TIMEOUT", 0.01)
    with pytest.raises(Undrawable, match="longer than"):
        draw("mermaid", b"flowchart TD\n a-->b")


def tree(files: dict[str, bytes]) -> Tree:
    entries = {path: Entry(path, f"{len(path):040}", len(raw)) for path, raw in files.items()}
    return Tree(None, entries, lambda wanted: iter([files[entry.path] for entry in wanted]))


def test_a_picture_is_drawn_once_and_read_like_a_file(tmp_path: Path) -> None:
    """The second run takes it from the cache; the tree gives its bytes among those of Git."""
    drawn: list[str] = []

    def fake(kind: str, source: bytes) -> bytes:
        drawn.append(kind)
        return b"\x89PNG of " + source

    for _ in range(2):
        gallery = Gallery(tree({"a.txt": b"A", "n.svg": b"<svg/>"}), tmp_path / "cache", fake)
        one = gallery.diagram("mermaid", "%% Net\ngraph TD\n")
        two = gallery.raster("n.svg")
        assert (Path(one).name, Path(two).name) == ("net.png", "n.png")
        paths = ["a.txt", two, "n.svg", one]
        assert [raw for _, raw in gallery.tree.read(paths)] == [
            b"A",
            b"\x89PNG of <svg/>",
            b"<svg/>",
            b"\x89PNG of %% Net\ngraph TD\n",
        ]
        assert gallery.tree.entries[one].size == len(b"\x89PNG of %% Net\ngraph TD\n")
    assert drawn == ["mermaid", "svg"]


def test_a_cache_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    """The picture is kept in memory for this run."""
    (tmp_path / "file").write_text("no folder")
    gallery = Gallery(tree({}), tmp_path / "file" / "cache", lambda kind, source: b"\x89PNG")
    path = gallery.diagram("mermaid", "graph TD\n")
    assert dict(gallery.tree.read([path])) == {path: b"\x89PNG"}


@needs_mermaid
@pytest.mark.slow
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_kind_of_diagram_can_be_drawn(path: Path) -> None:
    """Twenty-two real diagrams, of all kinds that Mermaid has."""
    assert size(draw("mermaid", path.read_bytes()))[0] > 100
