"""The example is a docs repo that an MSP could have: whole, consistent, and free of anything real.

Reads the files with YAML and regular expressions alone, so that it can disagree with publisher.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher import data

ROOT = data.example_docs()
CONFIG = tomllib.loads((ROOT / "publisher.toml").read_text(encoding="utf-8"))
SEED = yaml.safe_load((ROOT / "simulator.yaml").read_text(encoding="utf-8"))
ORGANIZATIONS: list[str] = [organization["name"] for organization in SEED["organizations"]]
# The kinds of flexible-asset-fields in the IT Glue API documentation.
KINDS = {
    *("Header", "Text", "Textbox", "Number", "Percent", "Date"),
    *("Checkbox", "Select", "Tag", "Upload", "Password"),
}
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "Text": (str,),
    "Select": (str,),
    "Number": (int, float),
    "Checkbox": (bool,),
    "Date": (dt.date,),
}
NATIVE = "document"
TYPES: dict[str, dict[str, Any]] = {
    asset_type["name"]: asset_type
    for asset_type in (
        yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "types").glob("*.yaml"))
    )
}


@dataclass(frozen=True)
class Doc:
    """One document of the example, with its folder's defaults merged in."""

    path: str
    meta: dict[str, Any]
    text: str

    @property
    def orgs(self) -> set[str]:
        wanted = self.meta["orgs"] if "orgs" in self.meta else [self.meta["org"]]
        if isinstance(wanted, dict):
            assert wanted["include"] == ["*"]
            return set(ORGANIZATIONS) - set(wanted["exclude"])
        return set(wanted)

    @property
    def prose(self) -> str:
        """The text without code blocks, where a link would be no link."""
        return re.sub(r"^ *```.*?^ *```$", "", self.text, flags=re.M | re.S)

    @property
    def links(self) -> list[str]:
        found: list[str] = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", self.prose))
        return [link for link in found if not re.match(r"[a-z]+:|#", link)]

    @property
    def files(self) -> list[Path]:
        return [self.resolve(link) for link in [*self.links, *self.meta.get("attachments", [])]]

    @property
    def anchors(self) -> set[str]:
        headings = re.findall(r"^#+ (.+)$", self.prose, re.M)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def resolve(self, link: str) -> Path:
        base = ROOT if link.startswith("/") else (ROOT / self.path).parent
        return (base / link.lstrip("/").partition("#")[0]).resolve()


def _matches(path: str, glob: str) -> bool:
    pattern = re.escape(glob).replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*")
    return re.fullmatch(pattern.replace(r"\*", "[^/]*"), path) is not None


def _read(path: Path) -> Doc:
    name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    block = re.match(r"---\n(.*?\n)---\n", text, re.S)
    own: dict[str, Any] = yaml.safe_load(block[1]) if block else {}
    fitting = [entry for entry in CONFIG["defaults"] if _matches(name, entry["path"])]
    meta: dict[str, Any] = {}
    for entry in [*sorted(fitting, key=lambda entry: len(entry["path"].partition("*")[0])), own]:
        traits = meta.get("traits", {}) | entry.get("traits", {})
        meta |= entry | {"traits": traits}
    return Doc(name, meta, text[block.end() :] if block else text)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")


DOCS = [_read(path) for path in sorted(ROOT.rglob("*.md")) if path.name != "README.md"]
BY_FILE = {(ROOT / doc.path).resolve(): doc for doc in DOCS}
TEXTS = [p for p in sorted(ROOT.rglob("*")) if p.suffix in {".md", ".csv", ".yaml", ".toml"}]
each_doc = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.path)
each_type = pytest.mark.parametrize("asset_type", TYPES.values(), ids=TYPES)


def test_it_is_big_enough_to_show_the_work() -> None:
    """At least four organizations, three types and sixteen documents, and each of them is used."""
    assert len(ORGANIZATIONS) >= 4
    assert len(TYPES) >= 3
    assert len(DOCS) >= 16
    assert {org for doc in DOCS for org in doc.orgs} == set(ORGANIZATIONS)
    assert {doc.meta["type"] for doc in DOCS} == {*TYPES, NATIVE}


def test_it_shows_every_plain_feature() -> None:
    """A draft, a fan-out, missing ids, an organization with a comma, links in a circle, steps."""
    assert [doc for doc in DOCS if doc.meta["type"] == NATIVE and doc.meta.get("steps")]
    assert [doc.path for doc in DOCS if doc.meta.get("publish") is False]
    assert [doc for doc in DOCS if doc.orgs == {*ORGANIZATIONS} - {"Lanternbridge IT"}]
    assert 2 <= sum("id" not in doc.meta for doc in DOCS) <= 3
    assert [org for org in ORGANIZATIONS if "," in org]
    pairs = {(doc.path, BY_FILE[to].path) for doc in DOCS for to in doc.files if to in BY_FILE}
    assert [pair for pair in pairs if pair[::-1] in pairs and pair[0] != pair[1]]


def test_ids_are_unique() -> None:
    """No two documents share an id; each is eight hexadecimal digits that YAML reads as text."""
    ids = [doc.meta["id"] for doc in DOCS if "id" in doc.meta]
    assert all(isinstance(id_, str) and re.fullmatch(r"[0-9a-f]{8}", id_) for id_ in ids)
    assert len(ids) == len(set(ids))


def test_titles_are_unique_within_an_organization() -> None:
    """No organization gets two assets of the same type and title."""
    titled = [doc for doc in DOCS if "title" in doc.meta]
    places = [(org, doc.meta["type"], doc.meta["title"]) for doc in titled for org in doc.orgs]
    assert len(places) == len(set(places))


@each_doc
def test_a_document_is_mapped(doc: Doc) -> None:
    """Every document goes to known organizations, and to a type whose fields its traits fit."""
    assert doc.orgs <= set(ORGANIZATIONS)
    if doc.meta["type"] == NATIVE:  # one of IT Glue's own documents, which have no fields
        assert not doc.meta["traits"]
        return
    fields = {_key(field["name"]): field for field in TYPES[doc.meta["type"]]["fields"]}
    for key, value in doc.meta["traits"].items():
        assert type(value) in PYTHON_TYPES[fields[key]["kind"]], key
        assert value in fields[key].get("options", [value]), key
    boxes = [key for key, field in fields.items() if field["kind"] == "Textbox"]
    assert len(boxes) == 1 or doc.meta["body"] in boxes
    body = doc.meta.get("body", boxes[0])
    titles = [key for key, field in fields.items() if field.get("use_for_title")]
    required = {key for key, field in fields.items() if field.get("required")}
    assert required <= {*doc.meta["traits"], *titles, body}


@each_doc
def test_links_lead_somewhere(doc: Doc) -> None:
    """Every relative link, picture and attachment exists in the folder; so do the anchors."""
    for target in doc.files:
        assert target.is_file()
        assert target.is_relative_to(ROOT.resolve())
    for link in doc.links:
        anchor = link.partition("#")[2]
        assert not anchor or anchor in BY_FILE[doc.resolve(link)].anchors, link


@each_doc
def test_links_between_documents_have_one_meaning(doc: Doc) -> None:
    """A link leads to a published document of the same organization, or to one that has one."""
    for other in (BY_FILE[target] for target in doc.files if target in BY_FILE):
        assert other.meta.get("publish", True) or doc.meta.get("publish") is False
        assert doc.orgs <= other.orgs or len(other.orgs) == 1


@each_type
def test_a_type_is_one_that_it_glue_takes(asset_type: dict[str, Any]) -> None:
    """Known kinds, distinct trait keys, one title, a Textbox, options where and only where due."""
    fields = asset_type["fields"]
    assert set(asset_type) == {"name", "icon", "description", "fields"}
    assert {field["kind"] for field in fields} <= KINDS
    assert len({_key(field["name"]) for field in fields}) == len(fields)
    assert [field["kind"] for field in fields if field.get("use_for_title")] == ["Text"]
    assert any(field["kind"] == "Textbox" for field in fields)
    allowed = {"name", "kind", "required", "show_in_list", "use_for_title", "options", "hint"}
    for field in fields:
        assert set(field) <= allowed
        assert ("options" in field) == (field["kind"] == "Select")
        options = field.get("options", [])
        assert all(isinstance(option, str) for option in options)
        assert len(options) == len(set(options))


def test_one_type_has_no_field_for_the_key() -> None:
    """All but one type carry the marker in a field that lists hide; the one shows the footer."""
    keys = [
        [field for field in asset_type["fields"] if _key(field["name"]) == "publisher-key"]
        for asset_type in TYPES.values()
    ]
    assert [len(found) for found in keys].count(0) == 1
    assert not any(field.get("show_in_list") for found in keys for field in found)


def test_pictures_and_attachments_are_small() -> None:
    """None is larger than 60 KB, and every one is used by some document."""
    files = {path.resolve() for path in ROOT.rglob("*") if path.suffix in {".png", ".csv", ".pdf"}}
    assert max(path.stat().st_size for path in files) < 60_000
    assert files <= {target for doc in DOCS for target in doc.files}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_real_and_nothing_is_unfinished(path: Path) -> None:
    """Reserved domains, documentation or private addresses, 555-01xx numbers, no filler."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(lorem|ipsum|TODO|TBD|FIXME|foobar)\b", text, re.I)
    assert not re.search(r"[\w-]+\.(com|net|org|io)\b", text)
    for number in re.findall(r"\b\d{3}-\d{4}\b", text):
        assert number.startswith("555-01")
    for address in re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text):
        assert ipaddress.ip_address(address).is_private, address
