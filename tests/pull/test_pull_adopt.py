"""Assets that nobody has in Git become documents, and the next apply writes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pulling import attach, quiet
from world import World, document

from publisher.errors import BadConfig
from publisher.plan import Policy
from publisher.pull.adopt import Adopted, adopt, keep_adopted

BODY = (
    "<h1>Start here</h1><p>Call <strong>first</strong>, then <a href='{other}'>the other</a>.</p>"
    "<ul><li>one<ul><li>two</li></ul></li></ul><p><img src='{picture}' alt='Rack'></p>"
    "<table><thead><tr><th>Host</th><th>Role</th></tr></thead>"
    "<tbody><tr><td>srv-01</td><td>a | b</td></tr></tbody></table><pre>x = 1\n  y</pre>"
    "<p style='text-align: center'>5 * 3 * 2 &lt; 1_000_000 # no &lt;b&gt; heading</p>"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two assets that colleagues made, the first with a picture and a link to the second."""
    made = World(tmp_path)
    other = _create(made, "Second: things/that", "<p>Text.</p>", category="Backup")
    first = _create(made, "First", "<p>x</p>", notes="say: # so", reviewed="2026-01-02")
    html = BODY.format(
        other=made.asset("Second: things/that")["resource-url"],
        picture=attach(made, first, "rack.png", b"\x89PNG" * 9),
    )
    made.site.edit(first, {"body": html})
    assert other
    made.ahead += 600
    return made


def _create(world: World, title: str, body: str, **traits: Any) -> int:
    site = world.site
    organization = next(o for o in site.all("organizations") if o.name == "Acme Corp")
    kind = next(t for t in site.all("flexible_asset_types") if t.name == "SOP")
    record = site.create(
        "flexible_assets",
        {
            "organization-id": organization.id,
            "flexible-asset-type-id": kind.id,
            "traits": {"title": title, "body": body, **traits},
        },
    )
    return int(record.id)


def taken(world: World, folder: str | None = None) -> list[Adopted]:
    """What `publisher pull --adopt` does."""

    async def run() -> list[Adopted]:
        async with world.client() as itglue:
            with world.open_state() as store:
                session = await world.session(store, itglue, Policy(), worktree=True)
                planned = await session.plan()
                made = await adopt(session, planned, org="acme corp", kind="SOP", folder=folder)
                keep_adopted(session, made)
                return made

    return asyncio.run(run())


def test_assets_become_documents_and_nothing_is_written(world: World) -> None:
    """With id, title, traits and attachments; bound by the next apply without a write."""
    made = taken(world)
    assert [(one.path, one.left) for one in made] == [
        ("acme-corp/first.md", []),
        ("acme-corp/second-things-that.md", []),
    ]
    text = (world.root / "acme-corp/first.md").read_text()
    assert "notes: 'say: # so'" in text
    assert "attachments:\n- first/rack.png" in text
    assert "[the other](second-things-that.md)" in text
    assert "![Rack](first/rack.png)" in text
    assert (world.root / "acme-corp/first/rack.png").read_bytes() == b"\x89PNG" * 9
    world.commit()
    assert quiet(world)
    assert quiet(world)
    assert taken(world) == []


def test_the_first_change_writes_the_marker(world: World) -> None:
    """And leaves alone what no document manages."""
    taken(world)
    world.commit()
    assert quiet(world)
    path = "acme-corp/second-things-that.md"
    world.save(path, (world.root / path).read_text().replace("Text.", "New text."))
    assert [a.verb for a in world.plan().actions] == ["update"]
    assert not world.apply().failed
    traits = world.asset("Second: things/that")["traits"]
    assert "New text." in traits["body"]
    assert traits["publisher-key"].startswith("test-docs:")
    assert quiet(world)
    world.lose_state()
    assert [(a.verb, a.document) for a in world.plan().actions] == [
        ("conflict", "acme-corp/first.md")  # it has no marker yet, so it is asked for again
    ]


def test_documents_that_are_thrown_away_leave_the_assets_alone(world: World) -> None:
    """Nothing is bound before the commit, so nothing is gone either."""
    taken(world)
    world.git("clean", "-fdq")
    assert not world.plan().actions
    assert len(taken(world)) == 2


def test_edits_after_the_adoption_are_drift(world: World) -> None:
    """The asset is one of ours now."""
    taken(world)
    world.commit()
    world.apply()
    world.edit("First", notes="theirs")
    assert len(world.plan().drifts) == 1


def test_only_what_nobody_has_is_taken(world: World) -> None:
    """Published assets stay out of it; names that are taken are not taken again."""
    world.write("acme-corp/first.md", document("Mine.", id="m1", title="Mine"))
    world.commit()
    assert not world.apply().failed
    assert [one.path for one in taken(world)] == [
        "acme-corp/first-2.md",
        "acme-corp/second-things-that.md",
    ]


def test_a_type_without_a_text_has_no_documents(world: World) -> None:
    """An unknown name is a mistake that says so."""

    async def run() -> None:
        async with world.client() as itglue:
            with world.open_state() as store:
                session = await world.session(store, itglue, Policy(), worktree=True)
                planned = await session.plan()
                await adopt(session, planned, org="Acme", kind="SOP", folder=None)

    with pytest.raises(BadConfig, match="Acme"):
        asyncio.run(run())
