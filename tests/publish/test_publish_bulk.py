"""With `bulk_size`, many assets are written with one request; all that holds for one, holds."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_publish_lesser_server import Lesser
from world import BASE_URL, World, document

from publisher.apply import look
from publisher.apply.result import Result
from publisher.itglue import ITGlue, Secret
from publisher.plan import Policy
from publisher.simulator import Call, Lost, Partly, Rule, Switches
from publisher.simulator.errors import invalid
from publisher.simulator.faults import Action

BELOW = "/organizations/[0-9]+/relationships/flexible_assets"
ACME = "POST /organizations/{}/relationships/flexible_assets"
TITLES = ["A", "B", "C", "D", "E"]


class BulkWorld(World):
    """A world in which five assets are written at once."""

    def __init__(self, folder: Path, size: int = 5, **switches: Any) -> None:
        super().__init__(folder, switches=Switches(**switches))
        self.settings = self.settings.model_copy(update={"bulk_size": size, "settle_seconds": 0.05})

    def apply(self, policy: Policy = Policy(), **options: Any) -> Result:  # noqa: B008 (frozen)
        self.ahead += 1  # however quick the machine is, creates of the run before have settled
        return super().apply(policy, **options)

    def texts(self, text: str, titles: list[str], **more: Any) -> None:
        for title in titles:
            name = title.lower()
            self.write(f"{name}.md", document(text, id=f"{name}1", title=title, **more))
        self.commit()

    def fault(self, method: str, path: str, *actions: Action) -> None:
        for action in actions:
            self.site.faults.add(Rule(method, path, action))

    @property
    def titles(self) -> list[str]:
        return sorted(asset["name"] for asset in self.assets(archived=False))


def settled(world: World) -> bool:
    """Whether nothing is left to do."""
    plan = world.plan()
    return not (plan.actions or plan.drifts or plan.pending)


def failures(result: Result) -> dict[str, str]:
    return {failed.action.document: str(failed.error) for failed in result.failed}


def test_what_changes_leaves_in_one_request(tmp_path: Path) -> None:
    """Creates, changes, archiving and deletions alike."""
    world = BulkWorld(tmp_path)
    world.texts("One.", TITLES)
    assert len(world.apply().applied) == 5
    world.texts("Two.", TITLES)
    assert len(world.apply().applied) == 5
    (world.root / "a.md").unlink()
    world.remove("b.md")
    assert len(world.apply().applied) == 2
    (world.root / "c.md").unlink()
    world.remove("d.md")
    assert len(world.apply(Policy(on_delete="delete")).applied) == 2
    organization = world.assets()[0]["organization-id"]
    assert world.writes() == [
        ACME.format(organization),
        "PATCH /flexible_assets",
        "PATCH /flexible_assets",
        "DELETE /flexible_assets",
    ]
    assert world.titles == ["E"]
    assert settled(world)


def test_links_and_pictures_find_their_way(tmp_path: Path) -> None:
    """Who links to whom waits for it; whose text shows a picture is written again with the others
    of its batch."""
    world = BulkWorld(tmp_path)
    world.write("net.png", b"\x89PNG")
    for name in "abc":
        text = f"![Net](net.png) and [d](d.md), {name}."
        world.write(f"{name}.md", document(text, id=name, title=name.upper()))
    world.save("d.md", document("Text.", id="d", title="D"))
    assert len(world.apply().applied) == 4
    organization = world.assets()[0]["organization-id"]
    uploads = [line for line in world.writes() if line.endswith("/attachments")]
    assert len(uploads) == 3
    assert [line for line in world.writes() if line not in uploads] == [
        "POST /flexible_assets",
        ACME.format(organization),
        "PATCH /flexible_assets",
    ]
    assert settled(world)


@pytest.mark.parametrize("atomic", [True, False], ids=["atomic", "partial"])
def test_one_bad_document_stops_no_other(
    tmp_path: Path, atomic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused together, they are sent one by one; what had been saved is found, not made again."""
    world = BulkWorld(tmp_path, bulk_atomic=atomic)
    world.texts("One.", TITLES)
    picky = Picky(world, monkeypatch)
    picky.titles = {"C"}
    assert list(failures(world.apply())) == ["c.md"]
    assert world.titles == ["A", "B", "D", "E"]
    picky.titles = set()
    assert len(world.apply().applied) == 1
    picky.titles = {"D"}
    world.texts("Two.", TITLES)
    assert list(failures(world.apply())) == ["d.md"]
    picky.titles = set()
    assert len(world.apply().applied) == 1
    assert world.titles == TITLES
    assert settled(world)


class Picky:
    """Has IT Glue refuse assets of some titles."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.titles: set[str] = set()
        for name in ("create", "update"):
            inner = getattr(world.site, name)
            monkeypatch.setattr(world.site, name, functools.partial(self._check, inner))

    def _check(self, inner: Any, resource: str, *args: Any, **more: Any) -> Any:
        sent = args[-1]
        traits = sent.get("traits", {}) if resource == "flexible_assets" else {}
        if traits.get("title") in self.titles:
            raise invalid("/data/attributes/traits.title", "is not to our taste")
        return inner(resource, *args, **more)


@pytest.mark.parametrize("then", [[], [Lost()]], ids=["less", "lost"])
def test_a_part_is_done(tmp_path: Path, then: list[Action]) -> None:
    """Whatever comes back: what is there is bound, and the rest is made, later."""
    world = BulkWorld(tmp_path)
    world.texts("One.", TITLES)
    world.fault("POST", BELOW, Partly(2), *then)
    assert list(failures(world.apply())) == ["c.md", "d.md", "e.md"]
    assert world.titles == ["A", "B"]
    world.ahead += 1
    world.apply()
    assert world.titles == TITLES
    assert settled(world)


@pytest.mark.parametrize("then", [[], [Lost()]], ids=["less", "lost"])
def test_a_part_is_changed(tmp_path: Path, then: list[Action]) -> None:
    """Each is looked at, and those that still say the old are written once more."""
    world = BulkWorld(tmp_path)
    world.texts("One.", TITLES)
    world.apply()
    world.texts("Two.", TITLES)
    world.fault("PATCH", "/flexible_assets", Partly(2), *then)
    assert not failures(world.apply())
    assert settled(world)
    for title in TITLES[:4]:
        (world.root / f"{title.lower()}.md").unlink()
    world.commit()
    world.fault("DELETE", "/flexible_assets", Partly(2), *then)
    assert len(failures(world.apply(Policy(on_delete="delete")))) == 2
    assert world.titles == ["C", "D", "E"]
    assert not failures(world.apply(Policy(on_delete="delete")))
    assert world.titles == ["E"]
    assert settled(world)


def test_a_refused_deletion_deletes_what_can_be(tmp_path: Path) -> None:
    """A colleague was quicker with one; what went with the others need not go again."""
    world = BulkWorld(tmp_path, bulk_atomic=False)
    world.texts("One.", TITLES)
    world.apply()
    for title in TITLES[:3]:
        (world.root / f"{title.lower()}.md").unlink()
    world.commit()
    first = world.asset("B")["id"]

    def quicker(method: str, path: str) -> None:
        world.site.delete("flexible_assets", first)

    world.fault("DELETE", "/flexible_assets", Call(quicker))
    assert not failures(world.apply(Policy(on_delete="delete")))
    assert world.titles == ["D", "E"]


def test_too_large_together_is_halved(tmp_path: Path) -> None:
    """The gateway says 413 before IT Glue sees anything."""
    world = BulkWorld(tmp_path, max_request_bytes=4000)
    world.texts("Word. " * 100, TITLES)
    assert len(world.apply().applied) == 5
    assert world.titles == TITLES
    assert len(world.writes()) == 3


def test_bodies_stay_below_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be too large is parted beforehand."""
    monkeypatch.setattr("publisher.apply.bulk.MOST_BYTES", 2500)
    world = BulkWorld(tmp_path, max_request_bytes=4000)
    world.texts("Word. " * 100, TITLES)
    assert len(world.apply().applied) == 5
    assert {line.split(" ")[0] for line in world.writes()} == {"POST"}
    assert 2 <= len(world.writes()) <= 4


def test_who_takes_one_at_a_time_is_asked_for_several_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has no such route, and answers less: the creates go out one by one."""
    world = BulkWorld(tmp_path, size=2)
    world.texts("One.", TITLES)
    client = functools.partial(
        ITGlue,
        base_url=BASE_URL,
        api_key=Secret("test"),
        transport=httpx.ASGITransport(Lesser().app),
    )
    monkeypatch.setattr(world, "client", client)
    result = world.apply()
    assert (len(result.applied), failures(result)) == (5, {})
    assert any("does not take several creates at once" in said for said in result.warnings)
    assert settled(world)


def test_an_edit_meanwhile_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read too long ago is read again, with one list, and who edited is not overrun."""
    world = BulkWorld(tmp_path)
    world.texts("One.", TITLES)
    world.apply()
    world.texts("Two.", TITLES)
    monkeypatch.setattr(look, "JUST_NOW", -1.0)
    before, asset = len(world.requests()), int(world.asset("B")["id"])

    def edit(method: str, path: str) -> None:
        world.site.edit(asset, {"body": "<p>A colleague's.</p>"})

    world.site.faults.add(Rule("GET", "/flexible_assets", Call(edit), nth=2))
    assert "not as planned" in failures(world.apply())["b.md"]
    assert "colleague" in world.asset("B")["traits"]["body"]
    assert [line for line in world.requests(before) if line.startswith("GET /flexible_assets")]


@pytest.mark.parametrize("edited", [False, True])
def test_who_waits_long_for_others_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: bool
) -> None:
    """Large uploads of another document of the batch can take minutes."""
    world = BulkWorld(tmp_path)
    world.texts("One.", TITLES[:2])
    world.apply()
    world.write("net.png", b"\x89PNG")
    world.texts("![Net](net.png)", TITLES[:1])
    world.texts("Two.", TITLES[1:2])
    asset = int(world.asset("B")["id"])

    def upload(method: str, path: str) -> None:
        monkeypatch.setattr("publisher.apply.batch.JUST_NOW", 0.0)
        if edited:
            world.site.edit(asset, {"body": "<p>A colleague's.</p>"})

    def look(method: str, path: str) -> None:
        monkeypatch.setattr("publisher.apply.batch.JUST_NOW", 60.0)

    world.fault("POST", ".*/attachments", Call(upload, "after"))
    world.fault("GET", f"/flexible_assets/{asset}", Call(look, "after"))
    said = failures(world.apply())
    assert list(said) == (["b.md"] if edited else [])
    assert ("colleague" in world.asset("B")["traits"]["body"]) == edited
    assert settled(world) != edited


@pytest.mark.parametrize("always", [False, True])
def test_attachments_that_were_not_deleted_with_the_others(tmp_path: Path, always: bool) -> None:
    """What the answer does not name is looked for, and deleted then or by the next run."""
    world = BulkWorld(tmp_path, size=1)
    files = ["one.csv", "two.csv", "three.csv"]
    for name in files:
        world.write(name, name)
    more = f"attachments: [{', '.join(files)}]\n"
    world.save("a.md", document("Text.", id="a1", title="A", more=more))
    world.apply()
    world.save("a.md", document("Text.", id="a1", title="A"))
    rule = world.site.faults.add(Rule("DELETE", ".*/attachments", Partly(1), always=always))
    assert list(failures(world.apply())) == (["a.md"] if always else [])
    world.site.faults.remove(rule)
    world.apply()
    assert world.attachments() == []
    assert settled(world)
