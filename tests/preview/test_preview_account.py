"""What the preview is told of IT Glue: by real plans, of a real work tree."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from world import SEED, World, document

from publisher.cli.account import open_account, standings
from publisher.cli.context import Context
from publisher.errors import NoKey
from publisher.preview.model import Asset, Standings
from publisher.state import open_store


def context_of(root: Path, instance: str = "local") -> Context:
    return Context(root, None, instance, "text", -1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A docs repository of two documents, nothing published yet."""
    world = World(tmp_path)
    names = "".join(f'- name: "{org["name"]}"\n' for org in SEED["organizations"])
    world.write("simulator.yaml", f"organizations:\n{names}")
    world.write("a.md", document("One.", id="a1", title="A"))
    world.save("sub/b [1].md", document("Two.", id="b1", title="B"))
    return world.root


def test_targets_are_planned_from_the_work_tree(root: Path) -> None:
    """All, or those of one document."""

    async def run() -> tuple[Standings, Standings]:
        async with open_account(context_of(root)) as account:
            assert any(kind.name == "SOP" for kind in (await account.catalog()).types)
            everything = await account.standings()
            (root / "sub" / "b [1].md").unlink()
            return everything, await account.standings(["a.md"])

    everything, one = asyncio.run(run())
    assert sorted((s.word, s.document) for s in everything.targets.values()) == [
        ("new", "a.md"), ("new", "sub/b [1].md"),
    ]  # fmt: skip
    assert [s.document for s in one.targets.values()] == ["a.md"]


def test_an_asset_is_read_as_it_is_now(root: Path) -> None:
    """With its traits; one that is gone is None."""

    async def run() -> tuple[Asset | None, Asset | None]:
        async with open_account(context_of(root)) as account:
            docs = account._docs  # to have an asset without an apply
            (kind,) = [k for k in (await account.catalog()).types if k.name == "SOP"]
            (org, *_) = (await account.catalog()).organizations
            made = await docs.itglue.flexible_assets.create(
                {
                    "organization-id": int(org.id),
                    "flexible-asset-type-id": int(kind.id),
                    "traits": {"title": "T", "body": "<p>x</p>"},
                }
            )
            return await account.asset(made.id), await account.asset("1")

    there, gone = asyncio.run(run())
    assert there is not None
    assert (there.title, there.traits["body"], gone) == ("T", "<p>x</p>", None)


def test_without_a_key_and_a_state_there_is_nothing_to_tell(root: Path) -> None:
    """The window says so, and what to do."""
    with (root / "publisher.toml").open("a") as file:
        file.write("[instances.production]\n")

    async def run() -> None:
        async with open_account(context_of(root, "production")):
            pass

    with pytest.raises(NoKey):
        asyncio.run(run())


def test_without_a_key_it_goes_by_what_an_earlier_run_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalog and the targets of the state; nothing is sent."""
    with (root / "publisher.toml").open("a") as file:
        file.write("[instances.production]\n")
    state = f"sqlite:///{root.parent}/state.db"
    monkeypatch.setenv("PUBLISHER_STATE", state)

    async def first() -> None:
        async with open_account(context_of(root)) as account:
            await account.catalog()

    async def then() -> tuple[int, Standings, Asset | None]:
        async with open_account(context_of(root, "production")) as account:
            types = len((await account.catalog()).types)
            return types, await account.standings(), await account.asset("1")

    asyncio.run(first())
    with contextlib.closing(open_store(state, root, {})) as store:
        store.set_meta("instance", "production")  # as if it had been that one's run
    types, found, asset = asyncio.run(then())
    assert (types > 0, asset) == (True, None)
    assert {s.word for s in found.targets.values()} == {"new"}
    assert "no API key" in found.problem


def test_a_plan_in_the_windows_words() -> None:
    """A held target stays held although it drifted; removals are of no document."""

    def action(verb: str, key: str) -> dict[str, object]:
        return {
            "action": verb,
            "key": key,
            "document": f"{key}.md",
            "asset_id": "7",
            "reasons": ["r"],
        }

    drift = {"document": "x.md", "asset_id": "8", "url": "https://x.test", "what": ["w"]}
    plan = {
        "actions": [
            action("create", "a"), action("update", "b"), action("conflict", "c"),
            action("archive", "d"), action("move", "e"),
        ],
        "drift": [drift | {"key": "c"}, drift | {"key": "f"}],
    }  # fmt: skip
    words = {key: standing.word for key, standing in dict(standings(plan)).items()}
    assert words == {"a": "new", "b": "changed", "c": "held", "e": "changed", "f": "drift"}
