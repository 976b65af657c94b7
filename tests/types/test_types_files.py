"""Type files: read with file and line, compared with the account, applied once, exported back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from publisher import data
from publisher.cli.main import group
from publisher.errors import OutcomeUnknown
from publisher.itglue import ITGlue, Secret
from publisher.simulator import Rule, Site, Status, create_app
from publisher.types.apply import Applier
from publisher.types.compare import Change, TypesPlan, compare
from publisher.types.export import as_yaml, file_name
from publisher.types.files import read_type
from publisher.types.live import LiveType, read_live
from publisher.types.model import FieldSpec, TypeSpec, name_key

TITLE = FieldSpec("Title", "Text", required=True, use_for_title=True)


def spec(*fields: FieldSpec, name: str = "SOP", **more: Any) -> TypeSpec:
    return TypeSpec(name, (TITLE, *fields), **more)


class NoJournal:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.seconds = 0.0

    def waits(self, name: str) -> float:
        return self.seconds if name in self.begun else 0.0

    def begin(self, name: str) -> None:
        self.begun.append(name)

    def settle(self, name: str) -> None:
        self.begun.remove(name)


class Account:
    """An IT Glue, with a client in process."""

    def __init__(self, folder: Path) -> None:
        self.site = Site.open(folder / "glue.db")
        weakref.finalize(self, self.site.close)  # Python 3.13 warns of open ones
        self.app = create_app(self.site)
        self.journal = NoJournal()

    def run(self, work: Callable[[ITGlue], Any]) -> Any:
        async def inside() -> Any:
            transport = httpx.ASGITransport(self.app)
            async with ITGlue(
                base_url="http://127.0.0.1:9", api_key=Secret("k"), transport=transport
            ) as itglue:
                return await work(itglue)

        return asyncio.run(inside())

    def live(self) -> list[LiveType]:
        return list(self.run(read_live))

    def plan(self, *specs: TypeSpec) -> TypesPlan:
        return compare(specs, self.live(), "publisher-key")

    def apply(self, *specs: TypeSpec) -> list[Change]:
        done: list[Change] = []

        async def work(itglue: ITGlue) -> None:
            live = await read_live(itglue)
            plan = compare(specs, live, "publisher-key")
            await Applier(itglue, live, self.journal, done.append).run(plan)

        self.run(work)
        return done

    def writes(self) -> list[str]:
        rows = self.site.store.rows("SELECT method, path FROM request ORDER BY id")
        return [f"{method} {path}" for method, path in rows if method != "GET"]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


FILES = sorted({*data.templates().glob("types/*"), *data.example_docs().glob("types/*")})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_files_that_come_along_survive_the_account(path: Path, account: Account) -> None:
    """Applied once there is nothing to do; exported they say the same."""
    read, found = read_type(f"types/{path.name}", path.read_bytes())
    assert read is not None
    assert found == []
    assert [change.verb for change in account.apply(read)] == ["create-type"]
    plan = account.plan(read)
    assert (plan.changes, plan.blocked) == ((), ())
    (live,) = account.live()
    again, found = read_type("x.yaml", as_yaml(live.spec).encode())
    assert again is not None
    assert found == []
    assert account.plan(again).changes == ()
    assert live.fields[-1].key == "publisher-key"
    assert not live.fields[-1].spec.show_in_list


def test_everything_that_can_differ_is_changed_in_place(account: Account) -> None:
    """One PATCH a field, and the second run does nothing."""
    box, state = FieldSpec("Body", "Textbox"), FieldSpec("State", "Select", options=("A", "b, c"))
    account.apply(spec(box, state, icon="book"))
    state = FieldSpec("state", "Select", options=("b, c", "D"), hint="Which", show_in_list=True)
    new = FieldSpec("Vendors", "Tag", tag_type="FlexibleAssetType: SOP")
    wanted = spec(box, state, new, icon="list", description="How")
    changes = {
        (c.verb, c.field.name if c.field else ""): c.details for c in account.plan(wanted).changes
    }
    assert changes["change-type", ""] == ("icon: 'book' -> 'list'", "description: nothing -> 'How'")
    assert "options: +D, -A" in changes["change-field", "state"]
    assert changes["add-field", "Vendors"] == ("Tag field",)
    before = len(account.writes())
    account.apply(wanted)
    assert len(account.writes()) - before == 3
    assert account.plan(wanted).changes == ()
    (live,) = account.live()
    assert live.fields[2].key == "state"
    assert live.fields[2].spec.options == ("b, c", "D")


def test_what_the_api_cannot_do_is_said_and_left(account: Account) -> None:
    """Another kind, a field that is in no file, a tag of a type that is nowhere."""
    account.apply(spec(FieldSpec("Body", "Textbox"), FieldSpec("Old", "Text")))
    dangling = FieldSpec("Vendor", "Tag", tag_type="FlexibleAssetType: Nowhere")
    plan = account.plan(spec(FieldSpec("Body", "Text"), dangling))
    problems = {(b.field, b.problem.split(",")[0].split(";")[0]) for b in plan.blocked}
    assert problems == {
        ("Vendor", "tags the type 'Nowhere'"),
        ("Body", "is a Textbox"),
        ("Old", "is not in the file"),
    }
    assert account.plan().unmanaged == ("SOP",)
    account.apply()
    assert len(account.live()[0].fields) == 4


def test_places_change_only_where_they_must(account: Account) -> None:
    """A field at the end moves nothing; one in the middle moves what comes after it."""
    one, two, three = (FieldSpec(name, "Text") for name in ("One", "Two", "Three"))
    key = FieldSpec("Publisher key", "Text")
    account.apply(spec(one, key))
    assert [c.verb for c in account.plan(spec(one, key, two)).changes] == ["add-field"]
    account.apply(spec(one, key, two))
    middle = spec(one, three, key, two)
    account.apply(middle)
    assert account.plan(middle).changes == ()
    (live,) = account.live()
    assert [field.spec.name for field in live.fields] == [f.name for f in middle.fields]


def test_types_that_tag_each_other(account: Account) -> None:
    """The one that is tagged comes first; in a circle the field comes afterwards."""

    def tagging(name: str, other: str) -> TypeSpec:
        return spec(FieldSpec("Other", "Tag", tag_type=f"FlexibleAssetType: {other}"), name=name)

    specs = tagging("A", "B"), tagging("B", "C"), tagging("C", "A"), tagging("D", "D")
    account.apply(*specs)
    assert account.plan(*specs).changes == ()
    tagged = {
        live.spec.name: field.spec.tagged_type
        for live in account.live()
        for field in live.fields
        if field.spec.kind == "Tag"
    }
    assert tagged == {"A": "B", "B": "C", "C": "A", "D": "D"}


@pytest.mark.parametrize("what", ["flexible_asset_types", "flexible_asset_fields"])
def test_a_lost_answer_makes_no_second_one(account: Account, what: str) -> None:
    """What was created is found by its name, in the same run."""
    if what == "flexible_asset_fields":
        account.apply(spec())
    account.site.faults.add(Rule("POST", f".*{what}", Status(502, when="after")))
    account.apply(spec(FieldSpec("New", "Text")))
    assert account.plan(spec(FieldSpec("New", "Text"))).changes == ()
    assert len(account.live()) == 1
    assert account.journal.begun == []


def test_a_create_that_may_still_appear_is_not_repeated(account: Account) -> None:
    """Until the settle time is over: nothing is sent."""
    account.journal.begun, account.journal.seconds = ["SOP"], 100.0
    with pytest.raises(OutcomeUnknown, match="may still appear; try again in 100 s"):
        account.apply(spec())
    assert account.writes() == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Application Server(s)", "application-server-s"), ("IP Address(es)", "ip-address-es"),
        ("Router/Firewall", "router-firewall"), ("Upload Speed (Mbps)", "upload-speed-mbps"),
        ("Who Approves Restore Requests", "who-approves-restore-requests"), ("Name 1", "name-1"),
    ],
)  # fmt: skip
def test_name_keys(name: str, key: str) -> None:
    """As recorded from real accounts."""
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("nme: X\nname: X\nfields: [{name: A, kind: Text}]\n", 1, "did you mean `name`?"),
        ("name: X\n", 1, "`fields` is missing"),
        ("name: X\nfields: []\n", 2, "must be a list of fields"),
        ("name: X\nfields:\n  - name: A\n    kind: text\n", 4, "did you mean Text?"),
        ("name: X\nfields:\n  - name: A\n    kind: Tag\n", 3, "needs a `tag_type`"),
        ("name: X\nfields:\n  - {name: A, kind: Tag, tag_type: Contact}\n", 3, "Contacts?"),
        (
            "name: X\nfields:\n  - name: A\n    kind: Select\n    options: a, b\n",
            5,
            "a list of opt",
        ),
        ("name: X\nfields:\n  - name: A\n    kind: Text\n    options: [a]\n", 3, "takes no `opt"),
        ("name: X\nfields:\n  - name: A\n    kind: Text\n    required: yes\n", 5, "true or false"),
        ("name: X\nfields:\n  - {name: A b, kind: Text}\n  - {name: a-b, kind: Text}\n", 4, "a-b"),
        ("name: X\nname: Y\n", 2, "twice"),
        ("- a\n", 1, "list of"),
        ("name: *x\n", 1, "aliases"),
    ],
)
def test_what_is_wrong_with_a_file(text: str, line: int, says: str) -> None:
    """In words, at its line."""
    _, found = read_type("types/x.yaml", text.encode())
    first = next(one for one in found if one.severity == "error")
    assert (first.document, first.line) == ("types/x.yaml", line)
    assert says in first.message


def test_file_names() -> None:
    """Two types never share a file."""
    assert file_name(spec(name="Client Overview"), {}) == "client-overview.yaml"
    assert file_name(spec(name="A/B"), {"a-b.yaml": "A B"}) == "a-b-2.yaml"
    assert file_name(spec(name="日本"), {}) == "type.yaml"


# As a user types it


def run(*words: str, folder: Path, **more: Any) -> Result:
    return CliRunner().invoke(group, ["--repo", str(folder), "types", *words], **more)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    (tmp_path / "simulator.yaml").write_text("organizations: []\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_from_an_export_to_a_new_field(repo: Path) -> None:
    """list, export, plan, apply: text and JSON, asked and not asked."""
    listed = json.loads(run("list", "--format", "json", folder=repo).stdout)
    assert {each["name"] for each in listed["types"]} >= {"SOP", "Runbook"}
    assert run("export", "SOP", folder=repo).stdout.split() == ["written", "types/sop.yaml"]
    assert run("plan", "--detailed-exitcode", folder=repo).exit_code == 0
    path = repo / "types" / "sop.yaml"
    text = yaml.safe_load(path.read_text())
    text["fields"].append({"name": "Audience", "kind": "Text"})
    path.write_text(yaml.safe_dump(text, sort_keys=False))
    plan = run("plan", "--detailed-exitcode", "--format", "json", folder=repo)
    assert plan.exit_code == 2
    assert json.loads(plan.stdout)["changes"] == [
        {"action": "add-field", "type": "SOP", "field": "Audience", "details": ["Text field"]}
    ]
    assert run("apply", folder=repo, input="n\n").exit_code == 0
    assert run("plan", "--detailed-exitcode", folder=repo).exit_code == 2
    done = run("apply", "--yes", folder=repo)
    assert "Applied 1 of 1 changes." in done.stdout
    assert run("apply", "--yes", "--format", "json", folder=repo).exit_code == 0
    assert "nothing to do" in run("plan", folder=repo).stdout
    path.write_text(f"# Ours.\n{path.read_text()}")
    assert run("export", "SOP", folder=repo).exit_code == 1
    assert run("export", "SOP", "--force", folder=repo).exit_code == 0
    assert run("export", "SOP", folder=repo).stdout.split() == ["unchanged", "types/sop.yaml"]


def test_mistakes_are_explained(repo: Path) -> None:
    """A broken file, a type that is not there, a folder outside: nothing is done."""
    assert "has no type called 'Nope'" in run("export", "Nope", folder=repo).stderr
    assert run("export", "--dir", "..", folder=repo).exit_code == 1
    (repo / "types").mkdir()
    (repo / "types" / "x.yaml").write_text("name: X\nfields:\n  - {name: A, kind: Tex}\n")
    done = run("plan", folder=repo)
    assert done.exit_code == 1
    assert "types/x.yaml:3" in done.stderr
