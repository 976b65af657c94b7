"""`--shard N/M`: several runners share one repository, each with some of the organizations."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import World, document

from publisher.gather.shard import Shard
from publisher.plan import Plan, Policy
from publisher.plan.safety import refusals
from publisher.simulator import load_seed

SHARDS = [Shard(number, 2) for number in (1, 2)]
EVERYWHERE = '---\nid: f{0}\ntitle: F{0}\norgs: "*"\ntype: {1}\n---\n\nSee [a](a.md). {2}\n'


class ManyWorld(World):
    """A world of nine organizations."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        names = [{"name": f"Client {letter}"} for letter in "ABCDEF"]
        load_seed(self.site, {"organizations": names})
        self.texts("One.")

    def texts(self, text: str) -> None:
        for number, kind in enumerate(["SOP", "Note", "document"]):
            self.write(f"f{number}.md", EVERYWHERE.format(number, kind, text))
        self.write("a.md", document(text, id="a", title="A", org="Client A"))
        self.write("b.md", document(text, title="B", org="Client B"))  # known by its path
        self.commit()

    def parts(self, policy: Policy = Policy()) -> list[Plan]:  # noqa: B008 (frozen)
        return [self.plan(policy, shard=shard) for shard in SHARDS]


def ids(plan: Plan) -> list[str]:
    return sorted(action.id for action in plan.actions)


def is_union(whole: Plan, parts: list[Plan]) -> bool:
    """Whether each action of the whole is in one of the parts, and the counts add up."""
    counts = ("unchanged", "drift", "conflict", "pending")
    return ids(whole) == sorted(id_ for part in parts for id_ in ids(part)) and all(
        whole.summary[name] == sum(part.summary[name] for part in parts) for name in counts
    )


@pytest.fixture
def world(tmp_path: Path) -> ManyWorld:
    return ManyWorld(tmp_path)


def test_a_plan_is_the_union_of_its_shards(world: ManyWorld) -> None:
    """Of what is new, changed, moved, gone, edited, doubled, and of what lies in an organization
    that nobody has any more."""
    assert is_union(world.plan(), world.parts())
    assert all(part.actions for part in world.parts())
    for shard in SHARDS * 2:  # a link to another shard's new document is for the next run
        assert not world.apply(shard=shard).failed
    assert not world.plan().actions
    world.texts("Two.")
    world.git("mv", "b.md", "c.md")
    (world.root / "f1.md").unlink()
    world.commit()
    world.edit("A", body="<p>Theirs.</p>")
    double(world, "F0")
    gone = next(r for r in world.site.all("organizations") if r.name == "Client F")
    world.site.store.rows("UPDATE record SET resource = 'gone' WHERE id = ?", (gone.id,))
    whole, parts = world.plan(), world.parts()
    assert {"update", "move", "archive", "conflict", "delete"} <= {a.verb for a in whole.actions}
    assert is_union(whole, parts)


def double(world: World, title: str) -> None:
    """Another runner, with a state of its own, has made a second asset meanwhile."""
    first = world.assets(name=title)[0]
    kind, traits = first["flexible-asset-type-id"], dict(first["traits"])
    traits["publisher-key"] = traits["publisher-key"].replace(";a=", ";a=0")
    place = {"organization-id": first["organization-id"], "flexible-asset-type-id": kind}
    world.ahead += 60
    world.site.create("flexible_assets", {**place, "traits": traits})


def test_what_one_shard_applies_the_others_leave(world: ManyWorld) -> None:
    """Nothing of the others is written, known or settled."""
    result = world.apply(shard=SHARDS[0])
    there = {applied.action.organization.id for applied in result.applied}
    assert there
    assert all(SHARDS[0].holds(id_) for id_ in there)
    assert {str(asset["organization-id"]) for asset in world.assets()} <= there
    with world.open_state() as store:
        assert {known.organization_id for known in store.known().values()} == there
        assert not store.intents()


def test_a_lost_state_is_recovered_by_each_shard_for_itself(world: ManyWorld) -> None:
    """Another one's runner may be at work on the others."""
    world.apply()
    world.lose_state()
    assert is_union(world.plan(), world.parts())
    assert not world.apply(shard=SHARDS[1]).failed
    with world.open_state() as store:
        known = store.known().values()
    assert known
    assert all(SHARDS[1].holds(one.organization_id) for one in known)
    assert not world.plan().actions


def test_a_share_is_one_of_the_shard(world: ManyWorld) -> None:
    """What `max_change_percent` goes by."""
    world.apply()
    assert sum(part.known for part in world.parts()) == world.plan().known


def test_a_shard_renders_what_goes_to_its_organizations(world: ManyWorld) -> None:
    """What is wrong with a document is said by the shards that it goes to."""
    world.write("c.md", document("See [nothing](missing.md).", title="C", org="Client C"))
    world.commit()
    client = next(r.id for r in world.site.all("organizations") if r.name == "Client C")
    for shard in SHARDS:
        planned = world.planned(shard=shard)
        there = {key.rpartition("@")[0] for key in planned.corpus.contents}
        assert ("c.md" in there) == shard.holds(str(client))
        assert ("c.md" in {f.document for f in planned.plan.diagnostics}) == ("c.md" in there)


@pytest.mark.parametrize("count", [1, 2])
def test_a_document_that_changes_its_organization_is_noticed(world: ManyWorld, count: int) -> None:
    """Also where another shard has the other half of it; by each of the two."""
    places = {
        record.name: next(shard for shard in SHARDS if shard.holds(str(record.id)))
        for record in world.site.all("organizations")
    }
    first, second = next(
        pair for pair in combinations(places, 2) if len({places[name] for name in pair}) == count
    )
    world.save("a.md", document("One.", id="a", title="A", org=first))
    world.apply()
    world.save("a.md", document("One.", id="a", title="A", org=second))
    noticed = set()
    for shard in SHARDS:
        plan = world.plan(shard=shard)
        found = refusals(plan, Policy(), max_deletes=1000, max_change_percent=100)
        noticed |= {shard for refused in found if refused.check == "organization-change"}
    assert noticed == {places[first], places[second]}


@given(organization=st.text(max_size=12), count=st.integers(1, 1000))
def test_every_organization_is_in_one_shard(organization: str, count: int) -> None:
    """Whatever its id looks like."""
    held = [n for n in range(1, count + 1) if Shard(n, count).holds(organization)]
    assert len(held) == 1


def test_organizations_are_where_they_were() -> None:
    """For ever: runners of different versions must not disagree."""
    assert [next(s.number for s in SHARDS if s.holds(str(id_))) for id_ in range(1, 13)] == FIXED


FIXED = [2, 1, 2, 1, 2, 2, 1, 2, 1, 1, 1, 1]


def test_shards_are_even() -> None:
    """300 clients on 4 runners: none has more than a third."""
    counts = [sum(Shard(n, 4).holds(str(4000 + i)) for i in range(300)) for n in (1, 2, 3, 4)]
    assert sum(counts) == 300
    assert max(counts) <= 100


@pytest.mark.parametrize(
    "text", ["", "x", "0/4", "5/4", "1/0", "-1/4", "1/2/3", "1", "²/4", "1/9999"]
)
def test_nonsense_is_no_shard(text: str) -> None:
    """It is refused with a sentence."""
    with pytest.raises(ValueError, match=r"no shard|none of|parts"):
        Shard.parse(text)
