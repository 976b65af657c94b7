"""`publisher api`: every verb, in the API's own JSON or as a table."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from glue import PNG, account, id_of, writes

from publisher.cli.api_input import data_from, filters, names
from publisher.cli.main import group
from publisher.simulator import Rule, Site, Status, create_app

Run = Callable[..., Result]


@pytest.fixture
def site() -> Iterator[Site]:
    with account() as opened:
        yield opened


@pytest.fixture
def run(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder that is no docs repository; its local instance is *site*."""

    def opened(root: Path) -> tuple[Any, httpx.AsyncBaseTransport]:
        assert root == tmp_path
        return contextlib.ExitStack(), httpx.ASGITransport(create_app(site))

    monkeypatch.setattr("publisher.cli.connect.open_local", opened)

    def call(*words: str, **options: Any) -> Result:
        done = CliRunner().invoke(group, ["--repo", str(tmp_path), "api", *words], **options)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return call


def value(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_life_of_a_record(site: Site, run: Run) -> None:
    """Create, get, update, list, delete: the API's own shape throughout."""
    made = value(
        run("organizations", "create", "--data", '{"name": "Zed, Inc", "short_name": "Z"}')
    )
    assert made.keys() == {"id", "type", "attributes", "relationships"}
    assert (made["type"], made["attributes"]["short-name"]) == ("organizations", "Z")
    changed = value(run("organizations", "update", made["id"], "--data", '{"alert": "Call first"}'))
    assert (changed["attributes"]["name"], changed["attributes"]["alert"]) == (
        "Zed, Inc",
        "Call first",
    )
    assert value(run("organizations", "get", made["id"])) == changed
    assert value(run("organizations", "list", "--filter", "name=Zed, Inc")) == [changed]
    gone = value(run("organizations", "delete", made["id"], "--yes"))
    assert (gone["id"], gone["type"]) == (made["id"], "organizations")
    assert writes(site) == [
        "POST /organizations",
        f"PATCH /organizations/{made['id']}",
        "DELETE /organizations",
    ]


def test_lists(site: Site, run: Run) -> None:
    """Filters with alternatives, sorting, a limit; the key's spelling does not matter."""
    ids = [id_of(site, "configurations", name) for name in ("SRV-01", "FW-01")]
    by_id = value(run("configurations", "list", "--filter", f"id={','.join(ids)}"))
    assert {each["attributes"]["name"] for each in by_id} == {"SRV-01", "FW-01"}
    either = ("--filter", "name=FW-01", "--filter", "name=SRV-02")
    assert len(value(run("configurations", "list", *either))) == 2
    sorted_ = value(run("configurations", "list", "--sort", "-name", "--limit", "2"))
    assert [each["attributes"]["name"] for each in sorted_] == ["SRV-02", "SRV-01"]
    assert value(run("Flexible_Asset_Types", "list"))[0]["type"] == "flexible-asset-types"
    assert value(run("configurations", "search", "srv"))[1]["attributes"]["name"] == "SRV-02"


def test_what_is_not_there(run: Run) -> None:
    """A record: exit 1 and a sentence. A resource: exit 2, with those that are near."""
    done = run("organizations", "get", "99")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "none of the organizations is '99'" in done.stderr
    done = run("organisations", "list")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean organizations" in done.stderr
    assert "Known: attachments" in run("xyzzy", "list").stderr
    done = run("organizations", "update", "99", "--data", "{}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "IT Glue rejects it" in done.stderr


def test_data_comes_from_a_file_or_stdin(run: Run, tmp_path: Path) -> None:
    """With relationships beside the attributes, or the whole document as the API has it."""
    fields = [{"type": "flexible_asset_fields", "attributes": {"name": "T", "kind": "Text"}}]
    whole = {
        "data": {
            "type": "flexible-asset-types",
            "attributes": {"name": "Thing", "icon": "cube"},
            "relationships": {"flexible-asset-fields": {"data": fields}},
        }
    }
    (tmp_path / "type.json").write_text(json.dumps(whole))
    made = value(run("flexible-asset-types", "create", "--data", f"@{tmp_path / 'type.json'}"))
    listed = value(
        run("flexible-asset-fields", "list", "--parent", f"flexible-asset-types/{made['id']}")
    )
    assert [field["attributes"]["name"] for field in listed] == ["T"]
    again = run("organizations", "create", "--data", "-", input='{"name": "From stdin"}')
    assert value(again)["attributes"]["name"] == "From stdin"


@pytest.mark.parametrize("text", ["{", "[]", '{"a": NaN}', "@/no/such", "5", '{"data": 1}'])
def test_data_that_makes_no_sense(run: Run, text: str) -> None:
    """Wrong usage, and none of it is quoted: it might be a password."""
    done = run("passwords", "create", "--data", text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--data" in done.stderr


def test_passwords_are_shown_when_asked_for_alone(site: Site, run: Run) -> None:
    """The value comes as JSON of get; never in a list, a table, or what a write answers."""
    known = id_of(site, "passwords", "admin")
    assert value(run("passwords", "get", known))["attributes"]["password"] == "pa55-value"
    home = id_of(site, "organizations", "Acme Corp")
    data = json.dumps({"name": "new", "organization_id": home, "password": "pa55-value"})
    shown = [
        run("passwords", "get", known, "--format", "table"),
        run("passwords", "list"),
        run("passwords", "list", "--format", "table"),
        run("passwords", "create", "--data", data),
        run("passwords", "update", known, "--data", '{"password": "pa55-value2"}'),
        run("passwords", "search", "adm"),
    ]
    assert all(done.exit_code == 0 for done in shown)
    assert not any("pa55" in done.output for done in shown)
    assert "********" in shown[0].stdout


def test_tables(run: Run) -> None:
    """Columns that the records have, one line each; nothing that steers a terminal."""
    run("organizations", "create", "--data", json.dumps({"name": "Evil\x1b[2J\nCorp"}))
    lines = run("organizations", "list", "--format", "table").stdout.splitlines()
    assert lines[0].split()[:2] == ["ID", "NAME"]
    assert len(lines) == 4
    assert "Evil [2J Corp" in lines[3]
    one = run("configurations", "search", "FW", "--format", "table").stdout
    assert "CONFIGURATION-TYPE-NAME" in one
    assert run("contacts", "search", "nobody", "--format", "table").stdout == "ID\n"


def test_what_lies_below_a_record(site: Site, run: Run, tmp_path: Path) -> None:
    """Attachments, links, sections, folders: through --parent."""
    server = f"configurations/{id_of(site, 'configurations', 'SRV-01')}"
    (tmp_path / "net.png").write_bytes(PNG)
    below = ("--parent", server)
    made = value(run("attachments", "create", *below, "--file", str(tmp_path / "net.png")))
    assert made["attributes"]["attachment-file-size"] == len(PNG)
    out = tmp_path / "copy.png"
    assert run("attachments", "download", made["id"], *below, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == PNG
    renamed = run("attachments", "update", made["id"], *below, "--data", '{"name": "Net"}')
    assert value(renamed)["attributes"]["name"] == "Net"
    link = {
        "destination_type": "Password",
        "destination_id": int(id_of(site, "passwords", "admin")),
    }
    linked = value(run("related-items", "create", *below, "--data", json.dumps(link)))
    assert [each["id"] for each in value(run("related-items", "list", *below))] == [linked["id"]]
    included = value(run("configurations", "get", server.split("/")[1], "--include", "attachments"))
    assert included["included"][0]["id"] == made["id"]
    assert value(run("attachments", "delete", made["id"], *below, "--yes"))["id"] == made["id"]
    assert value(run("attachments", "list", *below)) == []
    done = run("attachments", "download", "99", *below)
    assert (done.exit_code, done.stdout) == (1, "")


def test_documents(site: Site, run: Run) -> None:
    """All of an organization, in folders too; sections; publish; search."""
    home = id_of(site, "organizations", "Acme Corp")
    parent = ("--parent", f"organizations/{home}")
    folder = value(run("document-folders", "create", *parent, "--data", '{"name": "Runbooks"}'))
    ids = []
    for name, more in (("Root", {}), ("Inside", {"document-folder-id": int(folder["id"])})):
        data = json.dumps({"name": name, "organization-id": int(home), **more})
        ids.append(value(run("documents", "create", "--data", data))["id"])
    assert [each["id"] for each in value(run("documents", "list", *parent))] == ids
    by_filter = run("documents", "list", "--filter", f"organization_id={home}")
    assert [each["id"] for each in value(by_filter)] == ids
    in_folder = ("--filter", f"document_folder_id={folder['id']}")
    assert [each["id"] for each in value(run("documents", "list", *parent, *in_folder))] == ids[1:]
    not_null = ("--filter", "document_folder_id[ne]=null")
    assert [each["id"] for each in value(run("documents", "list", *parent, *not_null))] == ids[1:]
    named = value(run("documents", "list", *parent, "--filter", "name=inside"))
    assert [each["id"] for each in named] == ids[1:]
    assert value(run("documents", "search", "ROOT", *parent))[0]["id"] == ids[0]
    text = json.dumps({"resource-type": "Document::Text", "content": "<p>x</p>"})
    section = ("--parent", f"documents/{ids[0]}", "--data", text)
    assert value(run("sections", "create", *section))["type"] == "document-sections"
    assert run("documents", "publish", ids[0]).exit_code == 0
    assert value(run("documents", "get", ids[0]))["attributes"]["published"] is True


def test_included_records_of_a_list(site: Site, run: Run) -> None:
    """Each record with its own."""
    found = value(run("flexible-asset-types", "list", "--include", "flexible_asset_fields"))
    assert [each["attributes"]["name"] for each in found[0]["included"]] == [
        "Title",
        "Body",
        "Servers",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attachments", "list"), "--parent flexible-assets/987"),
        (("documents", "list"), "--parent organizations/5"),
        (("attachments", "list", "--parent", "flexible-assets"), "TYPE/ID"),
        (("attachments", "list", "--parent", "things/5"), "'things' is no resource"),
        (("organizations", "list", "--filter", "name"), "is not KEY=VALUE"),
        (("organizations", "list", "--filter", "a=1", "--filter", "a[b]=1"), "contradicts"),
        (("organizations", "list", "--limit", "0"), "limit"),
        (("organizations", "create"), "say --data"),
        (("organizations", "create", "--file", __file__), "say --data"),
        (("organizations", "update", "5", "--data", "{}", "--parent", "x"), "no resource"),
        (("organizations", "publish", "5"), "only documents"),
        (("organizations", "download", "5"), "only attachments"),
        (
            ("contacts", "update", "5", "--data", '{"attributes": {}, "relationships": {"a": 1}}'),
            "only create takes relationships",
        ),
    ],
)
def test_wrong_usage(run: Run, words: tuple[str, ...], said: str) -> None:
    """Exit 2, and a sentence that says how it is meant."""
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr.replace("\n", " ")


def test_deleting_asks(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it wants --yes; on one it takes no for an answer."""
    known = id_of(site, "contacts", "Jane Doe")
    done = run("contacts", "delete", known)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Add --yes" in done.stderr
    monkeypatch.setattr("publisher.cli.api_write.on_terminal", lambda: True)
    assert run("contacts", "delete", known, input="n\n").exit_code == 0
    assert writes(site) == []
    done = run("contacts", "delete", known, input="y\n")
    assert f"Delete contacts {known} of instance local?" in done.stderr
    assert value(done)["id"] == known


def test_deleting_several(site: Site, run: Run) -> None:
    """In bulk where the API has that; else one by one, and it is said how far that came."""
    ids = [id_of(site, "configurations", name) for name in ("SRV-01", "SRV-02")]
    gone = value(run("configurations", "delete", *ids, ids[0], "--yes"))
    assert [each["id"] for each in gone] == ids
    known = id_of(site, "passwords", "admin")
    done = run("passwords", "delete", known, "98", "99", "--yes")
    assert done.exit_code == 4
    assert [each["id"] for each in json.loads(done.stdout)] == [known]
    assert "Left: 98, 99" in done.stderr
    done = run("passwords", "delete", "98", "--yes")
    assert (done.exit_code, done.stdout) == (1, "")


def test_out_of_reach_and_a_wrong_key(site: Site, run: Run) -> None:
    """Exit 5 and 1, on stderr alone."""
    site.faults.add(Rule("POST", "/organizations", Status(403)))
    done = run("organizations", "create", "--data", '{"name": "x"}')
    assert (done.exit_code, done.stdout) == (1, "")
    assert "region" in done.stderr
    site.faults.add(Rule("POST", "/organizations", Status(503)))
    done = run("organizations", "create", "--data", '{"name": "x"}')
    assert (done.exit_code, done.stdout) == (1, "")
    assert "look before you repeat it" in done.stderr


def test_links_of_nobody(run: Run) -> None:
    """The record that they are asked of must be there."""
    done = run("related-items", "list", "--parent", "configurations/99")
    assert (done.exit_code, done.stdout) == (1, "")


def test_a_table_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long ends in an ellipsis; in a pipe it is whole."""
    whole = run("configurations", "list", "--format", "table").stdout
    monkeypatch.setattr("publisher.cli.api_output.watched_width", lambda: 20)
    cut = run("configurations", "list", "--format", "table").stdout
    assert max(map(len, whole.splitlines())) > 20
    assert {len(line) for line in cut.splitlines()} == {20}
    assert cut.splitlines()[1].endswith("…")


def test_the_base_url_of_no_instance(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets it and names no instance is told that it is not used."""
    assert run("organizations", "list").stderr == ""
    monkeypatch.setenv("ITGLUE_BASE_URL", "https://x.test")
    assert "no instance is named" in run("organizations", "list").stderr


def test_the_local_instance_needs_nothing(tmp_path: Path) -> None:
    """No docs repository, no key: the embedded IT Glue beside the working folder."""
    words = ["--repo", str(tmp_path), "api", "organizations", "list", "--limit", "1"]
    done = CliRunner().invoke(group, words)
    assert len(value(done)) == 1
    assert (tmp_path / ".publisher" / "simulator.db").exists()


def test_a_configuration_outside_of_git_counts(tmp_path: Path) -> None:
    """publisher.toml beside the working folder, or the one that is named."""
    (tmp_path / "publisher.toml").write_text('[publish]\ninstance = "elsewhere"\n')
    for words in (["--repo", str(tmp_path)], ["--config", str(tmp_path / "publisher.toml")]):
        done = CliRunner().invoke(group, [*words, "api", "organizations", "list"])
        assert done.exit_code == 1
        assert "no instance is called 'elsewhere'" in done.stderr


def test_filters() -> None:
    """Commas part ids and times; names keep theirs; brackets nest."""
    given = ["id=1,2", "name=Baker, Stone", "exclude[id]=4,5", "updated_at=2026-01-01,*"]
    assert filters(given) == {
        "id": ["1", "2"],
        "name": ["Baker, Stone"],
        "exclude": {"id": ["4", "5"]},
        "updated_at": ["2026-01-01", "*"],
    }


def test_an_attribute_called_attributes() -> None:
    """Only what has the API's own shape is taken for it."""
    assert data_from('{"attributes": {"a": 1}}') == ({"a": 1}, {})
    assert data_from('{"attributes": [1], "b": 2}') == ({"attributes": [1], "b": 2}, {})


def test_every_resource_has_a_name() -> None:
    """The help lists them all."""
    assert {"organizations", "related-items", "document-sections", "logs"} <= set(names())
    assert "configuration-interfaces" in CliRunner().invoke(group, ["api", "--help"]).stdout
