"""Pictures, diagrams and files through all rooms: what is attached, shown or linked to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, document

from publisher.diagrams import Undrawable, gallery
from publisher.diagrams import draw as drawing
from publisher.plan import Plan

PNG = b"\x89PNG\r\n\x1a\n picture of "
DIAGRAM = "```mermaid\n%% Head office\nflowchart TD\n  a --> b\n```\n"
Draw = Callable[[str, bytes], bytes]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Drawing without renderers: the kinds of what is drawn. Text with 'bad' in it is not."""
    kinds: list[str] = []

    def draw(kind: str, source: bytes) -> bytes:
        kinds.append(kind)
        if b"bad" in source:
            raise Undrawable("Mermaid cannot read line 2 of it", line=2)
        return PNG + source

    plain = gallery.Gallery.__init__
    monkeypatch.setattr(
        gallery.Gallery, "__init__", lambda self, tree, cache: plain(self, tree, cache, draw)
    )
    monkeypatch.setattr(gallery, "version", lambda kind: f"{kind} 1")
    return kinds


def names(world: World) -> list[str]:
    return sorted(each["attachment-file-name"] for each in world.attachments())


def body(world: World, name: str = "A document") -> str:
    html: str = world.asset(name)["traits"]["body"]
    return html


def codes(plan: Plan) -> list[tuple[str, int | None]]:
    return [(one.code, one.line) for one in plan.diagnostics]


def test_a_diagram_is_a_picture(world: World, drawn: list[str]) -> None:
    """Drawn once, attached, shown in the body, described; and then left alone."""
    world.save("a.md", document(DIAGRAM))
    assert not world.apply().failed
    assert names(world) == ["head-office.png"]
    assert re.search(r'<img[^>]* src="https?://[^"]*"', body(world))
    assert 'alt="Head office"' in body(world)
    assert "flowchart" not in body(world)
    assert drawn == ["mermaid"]
    assert world.plan().changes == ()
    world.lose_state()
    assert world.plan().changes == ()
    assert drawn == ["mermaid"], "the second time it comes from the cache"


def test_a_changed_diagram_is_uploaded_anew(world: World, drawn: list[str]) -> None:
    """One upload, one removal, and the body leads to the new one."""
    world.save("a.md", document(DIAGRAM))
    world.apply()
    before = body(world)
    world.save("a.md", document(DIAGRAM.replace("a --> b", "a --> c")))
    seen = len(world.requests())
    assert not world.apply().failed
    verbs = sorted(line.split()[0] for line in world.writes(seen))
    assert verbs == ["DELETE", "PATCH", "POST"]
    assert names(world) == ["head-office.png"]
    assert body(world) != before


def test_a_new_renderer_draws_again(
    world: World, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade is noticed although no file changed."""
    world.save("a.md", document(DIAGRAM))
    world.apply()
    monkeypatch.setattr(gallery, "version", lambda kind: f"{kind} 2")
    assert len(world.plan().changes) == 1


def test_a_diagram_that_cannot_be_drawn_stays_code(world: World, drawn: list[str]) -> None:
    """With a warning at its line; the document is published all the same."""
    world.save("a.md", document(DIAGRAM.replace("a --> b", "bad")))
    assert codes(world.plan()) == [("diagram", 9)]
    world.apply()
    assert "flowchart TD" in body(world)
    assert names(world) == []


def test_an_svg_is_shown_as_a_png(world: World, drawn: list[str]) -> None:
    """Rasterized once per content, under its own name; a link to it takes the SVG itself."""
    world.write("img/net.svg", "<svg/>")
    world.save("a.md", document("![Net](img/net.svg) and [source](img/net.svg)"))
    assert not world.apply().failed
    assert names(world) == ["net.png", "net.svg"]
    assert world.plan().changes == ()
    world.save("img/net.svg", "<svg> </svg>")
    assert len(world.plan().changes) == 1
    assert not world.apply().failed
    assert drawn == ["svg", "svg"]


def test_without_the_extra_nothing_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagram stays code, an SVG is attached and linked to; both are said with the cure."""
    monkeypatch.setattr(drawing, "version", lambda kind: "")
    monkeypatch.setattr(gallery, "version", lambda kind: "")
    world.write("net.svg", "<svg/>")
    world.save("a.md", document(f"{DIAGRAM}\n![Net](net.svg)"))
    plan = world.plan()
    assert codes(plan) == [("diagram", 7), ("not-shown", 13)]
    assert "[diagrams]" in plan.diagnostics[0].fix
    assert not world.apply().failed
    assert names(world) == ["net.svg"]
    assert re.search(r'<a [^>]*href="https?://[^"]*"[^>]*><em>Net</em></a>', body(world))
    assert world.plan().changes == ()


@pytest.mark.parametrize("name", ["scan.tiff", "photo.HEIC", "old.bmp"])
def test_what_no_browser_shows_is_linked_to(world: World, name: str) -> None:
    """Attached, with a visible reference, and never as a picture that stays blank."""
    world.write(name, b"bytes")
    world.save("a.md", document(f"![The scan]({name})\n\n[![In a link]({name})](https://x.test)"))
    assert codes(world.plan())[0] == ("not-shown", 7)
    world.apply()
    assert names(world) == [name]
    assert "<img" not in body(world)
    assert body(world).count("<a ") == 2
    assert "<em>In a link</em>" in body(world)


@pytest.mark.parametrize("name", ["a.png", "b.JPG", "c.jpeg", "d.gif", "e.webp"])
def test_what_every_browser_shows_is_shown(world: World, name: str) -> None:
    """The four kinds, in any case."""
    world.write(name, b"bytes")
    world.save("a.md", document(f"![x]({name})"))
    assert world.plan().diagnostics == ()
    world.apply()
    assert "<img" in body(world)


def test_pictures_of_the_same_name_are_told_apart(world: World) -> None:
    """By their folders."""
    world.write("one/net.png", b"1")
    world.write("two/net.png", b"2")
    world.save("a.md", document("![1](one/net.png) ![2](two/net.png)"))
    assert not world.apply().failed
    assert names(world) == ["one-net.png", "two-net.png"]
    assert len(set(re.findall(r'src="([^"]*)"', body(world)))) == 2


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("other%20doc.md", "Other"),
        ("<other doc.md>", "Other"),
        ("other%20doc", "Other"),
        ("/other%20doc.md#part", "Other"),
        ("sub/", "Index"),
        ("sub", "Index"),
        ("../docs/sub/index.md", None),
        ("sub/../other%20doc/", "Other"),
    ],
)
def test_links_find_their_document(world: World, link: str, target: str | None) -> None:
    """Encoded or not, with or without .md, a folder by its index; out of the root to nothing."""
    world.write("other doc.md", document("# Part", title="Other"))
    world.write("sub/index.md", document(title="Index"))
    world.save("a.md", document(f"[x]({link})"))
    plan = world.plan()
    assert bool(plan.diagnostics) == (target is None)
    world.apply()
    url = world.asset(target)["resource-url"] if target else "nothing"
    anchor = "#part" if "#" in link else ""
    assert (f'href="{url}{anchor}"' in body(world)) == (target is not None)


def test_files_can_be_linked_to_in_the_web_view(world: World) -> None:
    """With ``web_view`` they are not attached; a new commit elsewhere changes nothing."""
    config = (world.root / "publisher.toml").read_text()
    view = 'web_view = "https://git.example/docs/blob/main/{path}"\n'
    world.write("publisher.toml", config.replace("[docs]\n", f"[docs]\n{view}"))
    world.write("files/big list.csv", b"x" * 8_000_000)
    world.write("net.png", b"p")
    world.save("a.md", document("[List](files/big%20list.csv#L3) ![Net](net.png)"))
    assert world.plan().diagnostics == ()
    assert not world.apply().failed
    assert names(world) == ["net.png"]
    assert 'href="https://git.example/docs/blob/main/files/big%20list.csv#L3"' in body(world)
    world.save("unrelated.txt", "x")
    assert world.plan().changes == ()
    world.lose_state()
    assert world.plan().changes == ()
