"""Tags by name: looked up in the document's organization, and never behind anybody's back."""

from __future__ import annotations

from typing import Any

import pytest
from world import World, brief, document

from publisher.simulator import load_seed

RECORDS: dict[str, Any] = {
    "types": [
        {
            "name": "Runbook",
            "fields": [
                {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Body", "kind": "Textbox"},
                {"name": "Owner", "kind": "Tag", "tag_type": "Contacts"},
                {"name": "Servers", "kind": "Tag", "tag_type": "Configurations"},
                {"name": "Site", "kind": "Tag", "tag_type": "Locations"},
                {"name": "Login", "kind": "Tag", "tag_type": "Passwords"},
                {"name": "Client", "kind": "Tag", "tag_type": "Organizations"},
                {"name": "Papers", "kind": "Tag", "tag_type": "Documents"},
                {"name": "Writer", "kind": "Tag", "tag_type": "AccountsUsers"},
                {"name": "Vendor", "kind": "Tag", "tag_type": "FlexibleAssetType: Note"},
                {"name": "Publisher key", "kind": "Text"},
            ],
        }
    ],
    "contacts": [
        {"organization": "Acme Corp", "first_name": "Jane", "last_name": "Doe",
         "contact_emails": [{"value": "jane@acme.test", "primary": True}]},
        {"organization": "Internal", "first_name": "Jane", "last_name": "Doe"},
        {"organization": "Acme Corp", "first_name": "Twin", "last_name": "One"},
    ],
    "configurations": [
        {"organization": "Acme Corp", "name": "SRV-01", "configuration_type": "Server"},
        {"organization": "Acme Corp", "name": "SRV-010", "configuration_type": "Server"},
        {"organization": "Acme Corp", "name": "Web", "hostname": "web01",
         "configuration_type": "Server"},
    ],
    "locations": [{"organization": "Acme Corp", "name": "HQ"}],
    "passwords": [{"organization": "Acme Corp", "name": "Firewall", "password": "S3cr3t!value"}],
    "documents": [{"organization": "Acme Corp", "name": "Contract"}],
}  # fmt: skip


@pytest.fixture
def world(tmp_path):  # type: ignore[no-untyped-def]  # a fixture's type is its name
    world = World(tmp_path)
    load_seed(world.site, RECORDS)
    acme = world.site.all("organizations")[0].id
    note = next(r for r in world.site.all("flexible_asset_types") if r.name == "Note").id
    attributes = {"organization-id": acme, "flexible-asset-type-id": note}
    world.site.create("flexible_assets", attributes | {"traits": {"name": "Contoso"}})
    world.site.create(
        "contacts", {"organization-id": acme, "first-name": "Twin", "last-name": "Two"}
    )
    return world


def runbook(traits: str, **more: Any) -> str:
    lines = "".join(f"  {line}\n" for line in traits.splitlines())
    return document(type="Runbook", more=f"traits:\n{lines}", **more)


def tagged(world: World, trait: str, title: str = "A document") -> list[str]:
    return [value["name"] for value in world.asset(title)["traits"][trait]["values"]]


def test_every_kind_of_record_by_its_name(world: World) -> None:
    """By name, e-mail address or host name, alone or in lists, beside ids."""
    world.save(
        "a.md",
        runbook(
            "owner: {contact: jane@acme.test}\n"
            "servers: [SRV-01, {configuration: WEB01}]\n"
            "site: HQ\n"
            "login: {password: Firewall}\n"
            "client: {organization: Internal}\n"
            "papers: {document: contract}\n"
            "writer: Site Administrator\n"
            "vendor: {flexible_asset: {type: Note, name: Contoso}}"
        ),
    )
    assert not world.plan().errors
    assert not world.apply().failed
    assert tagged(world, "owner") == ["Jane Doe"]
    assert tagged(world, "servers") == ["SRV-01", "Web"]
    assert tagged(world, "client") == ["Internal"]
    for trait in ("site", "login", "papers", "writer", "vendor"):
        assert len(tagged(world, trait)) == 1
    assert "S3cr3t!value" not in world.state.read_bytes().decode("latin-1")


def test_names_cost_nothing_once_they_are_published(world: World) -> None:
    """One list a kind and organization when the document is read, none when it is not."""
    world.write("a.md", runbook("owner: Jane Doe\nservers: [SRV-01, SRV-010]", title="A"))
    world.write("b.md", runbook("owner: Jane Doe", title="B"))
    world.commit()
    before = len(world.requests())
    world.apply()
    lists = [line for line in world.requests(before) if "contacts" in line or "config" in line]
    assert sorted(lists) == ["GET /configurations", "GET /contacts"]
    before = len(world.requests())
    assert world.plan().summary["unchanged"] == 2
    assert not [line for line in world.requests(before) if "contacts" in line]


def test_fan_out_looks_in_each_organization(world: World) -> None:
    """The same name is another record elsewhere; where there is none, the document is held."""
    world.save(
        "a.md",
        runbook("owner: Jane Doe").replace('org: "Acme Corp"', "orgs: [Acme Corp, Internal]"),
    )
    world.apply()
    ids = {a["traits"]["owner"]["values"][0]["id"] for a in world.assets(name="A document")}
    assert len(ids) == 2
    world.save(
        "b.md", runbook("owner: Jane Doe", title="B").replace('org: "Acme Corp"', 'orgs: "*"')
    )
    plan = world.plan()
    (error,) = plan.errors
    assert (error.code, error.document, error.line) == ("unknown-tag", "b.md", 6)
    assert "Baker, Stone & Partners has no contact called 'Jane Doe'" in error.message
    assert brief(plan.actions) == []


def test_every_name_that_leads_nowhere_is_told_in_one_run(world: World) -> None:
    """Nobody mends one, plans again, and meets the next."""
    world.save("a.md", runbook("servers: [SRV-02, SRV-01, SRV-03]\nowner: Jane Do"))
    told = [error.message for error in world.plan().errors]
    assert len(told) == 3
    assert all(name in str(told) for name in ("'SRV-02'", "'SRV-03'", "'Jane Do'"))


@pytest.mark.parametrize(
    ("traits", "code", "says"),
    [
        ("owner: Jane Do", "unknown-tag", "Did you mean 'Jane Doe'?"),
        ("servers: SRV-02", "unknown-tag", "Acme Corp has no configuration called 'SRV-02'"),
        ("vendor: {flexible_asset: {type: SOP, name: X}}", "bad-tag", "the field takes a Note"),
        ("vendor: {flexible_asset: {type: Nope, name: X}}", "unknown-type", "Nope"),
        ("client: Nobody", "unknown-organization", "Nobody"),
        ("owner: {location: HQ}", "bad-tag", "takes Contacts"),
        ("login: {password: Hunter2!}", "unknown-tag", "no password of that name"),
    ],
)
def test_a_name_that_leads_nowhere(world: World, traits: str, code: str, says: str) -> None:
    """An error at its line, with the nearest name; the other documents go on."""
    world.write("a.md", runbook(traits))
    world.write("b.md", runbook("site: HQ", title="B"))
    world.commit()
    plan = world.plan()
    (error,) = plan.errors
    assert (error.code, error.document, error.line) == (code, "a.md", 6)
    assert says in f"{error.message} {error.fix}"
    assert "Hunter2" not in str(plan.as_json())
    assert brief(plan.actions) == [("create", "b.md")]


def test_an_ambiguous_name(world: World) -> None:
    """Names the ids to choose from."""
    contacts = {c.name: c.id for c in world.site.all("contacts") if c.name.startswith("Twin")}
    acme = world.site.all("organizations")[0].id
    other = world.site.create(
        "contacts", {"organization-id": acme, "first-name": "Twin", "last-name": "Two"}
    )
    world.save("a.md", runbook("owner: Twin Two"))
    (error,) = world.plan().errors
    assert error.code == "ambiguous-tag"
    assert f"{contacts['Twin Two']}, {other.id}" in error.fix


def test_a_full_refresh_looks_again(world: World) -> None:
    """A name that leads elsewhere by now is an update then, or when the document changes."""
    world.save("a.md", runbook("servers: SRV-01"))
    world.apply()
    acme = world.site.all("organizations")[0].id
    old = next(r for r in world.site.all("configurations") if r.name == "SRV-01")
    world.site.update("configurations", old.id, {"name": "SRV-01-old"})
    kind = world.site.all("configuration_types")[0].id
    world.site.create(
        "configurations",
        {"organization-id": acme, "name": "SRV-01", "configuration-type-id": kind},
    )
    assert not world.plan().actions
    assert brief(world.plan(refresh="full").actions) == [("update", "a.md")]


def test_without_a_refresh_the_state_knows_the_names(world: World) -> None:
    """And so no request is sent, also for a document that is new."""
    world.save("a.md", runbook("owner: Jane Doe"))
    world.apply()
    world.save("b.md", runbook("owner: JANE DOE", title="B"))
    before = len(world.requests())
    plan = world.plan(refresh="none")
    assert brief(plan.actions) == [("create", "b.md")]
    assert world.requests(before) == []


def test_a_lost_state_finds_the_same_records(world: World) -> None:
    """Ids are part of the marker's digest: nothing to do, no duplicate."""
    world.save("a.md", runbook("owner: Jane Doe\nservers: [SRV-010, SRV-01]"))
    world.apply()
    world.lose_state()
    assert not world.plan().actions
    assert len(world.assets(name="A document")) == 1
