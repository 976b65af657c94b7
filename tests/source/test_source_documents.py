"""From a file's bytes and the defaults of its folder to a document, or to what is in the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jsonschema
import pytest
from trees import tree_of

from publisher.config import Config
from publisher.model import Diagnostic, Document, Entry, OrgSelector
from publisher.source.documents import Parsed, collect, parse, resolve
from publisher.source.schema import KEYS, json_schema

BASE = "org: Acme Corp\ntype: SOP\n"


def parsed(front: str, path: str = "sops/a.md", /, **config: Any) -> Parsed:
    raw = f"---\n{front}---\n# Body\n" if front else "# Body\n"
    return parse(Entry(path, "b" * 40, len(raw)), raw.encode(), Config.model_validate(config))


def document(front: str, path: str = "sops/a.md", /, **config: Any) -> Document:
    found = parsed(front, path, **config)
    assert found.document is not None, found
    return found.document


def only(found: Parsed) -> Diagnostic:
    assert len(found.diagnostics) == 1, found.diagnostics
    return found.diagnostics[0]


def test_everything_that_frontmatter_can_say() -> None:
    """The example of the documentation becomes a document with every field filled."""
    got = document(
        "id: 7f0c9a52\ntitle: Server patching\norgs: [Acme Corp, 4711]\ntype: SOP\n"
        "traits: {category: Patching, owner: {contact: jane@acme.test}}\n"
        "attachments: [files/checklist.pdf, /logo.png]\nrelated: [{configuration: SRV-01}]\n"
        "publish: false\nreview_by: 2027-03-01\nbody: notes\n"
    )
    assert got == Document(
        path="sops/a.md",
        blob="b" * 40,
        id="7f0c9a52",
        title="Server patching",
        orgs=OrgSelector(("Acme Corp", "4711")),
        type="SOP",
        body="# Body\n",
        body_line=13,
        body_field="notes",
        traits={"category": "Patching", "owner": {"contact": "jane@acme.test"}},
        attachments=("sops/files/checklist.pdf", "logo.png"),
        related=({"configuration": "SRV-01"},),
        publish=False,
        review_by=dt.date(2027, 3, 1),
        lines=got.lines,
    )
    assert got.lines["attachments.logo.png"] == got.lines["attachments"] == 7


@pytest.mark.parametrize(
    ("written", "selector"),
    [
        ("org: Baker, Stone & Partners", OrgSelector(("Baker, Stone & Partners",))),
        ("org: 4711", OrgSelector(("4711",))),
        ("org: '0815'", OrgSelector(("0815",))),
        ("orgs: '*'", OrgSelector(("*",))),
        ("orgs: ['*']", OrgSelector(("*",))),
        ("orgs: [A, 'B, C', 7, A]", OrgSelector(("A", "B, C", "7"))),
        ("orgs: {include: ['*'], exclude: [Internal]}", OrgSelector(("*",), ("Internal",))),
        ("orgs: {include: A, exclude: }", OrgSelector(("A",))),
    ],
)
def test_organizations(written: str, selector: OrgSelector) -> None:
    """One or several, by name or id; a comma is part of a name."""
    assert document(f"{written}\ntype: SOP\n").orgs == selector


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("id: a b", "`id` must be 1 to 64 letters"),
        ("id: true", "`id` must be text"),
        ('title: "a\\nb"', "`title` must be one line"),
        ("title: 1.5", "`title` must be text; put quotes"),
        ("title: ' '", "`title` must be one line"),
        ("org: [A]", "`orgs` takes several"),
        ("orgs: []", "names no organization"),
        ("orgs: {exclude: [A]}", "must hold `include`"),
        ("orgs: {include: [A], without: [B]}", "must hold `include`"),
        ("orgs: {include: ['*'], exclude: '*'}", "excludes every"),
        ("orgs: [{a: b}]", "list of names"),
        ("type: [SOP]", "`type` must be text"),
        ("traits: [a]", "`traits` must be a mapping"),
        ("attachments: a.pdf", "`attachments` must be a list of paths"),
        ("attachments: ['https://x.test/a.pdf']", "not addresses"),
        ("related: [a]", "`related` must be a list of items"),
        ("related: [{a: b, c: d}]", "`related` must be a list of items"),
        ("publish: yes", "`publish` must be true or false"),
        ("review_by: 2027-02-30", "`review_by` must be a date"),
        ("review_by: 20270301", "`review_by` must be a date"),
        ("review_by: 2027-W01-1", "`review_by` must be a date"),
    ],
)
def test_values_that_do_not_fit(line: str, says: str) -> None:
    """A wrong value is an error on its line that says what it must be; {braces} do not disturb."""
    key = line.partition(":")[0]
    rest = "".join(f"{k}: x\n" for k in ("org", "type") if not key.startswith(k))
    found = parsed(f"{line}\n{rest}")
    assert found.document is None
    diagnostic = only(found)
    assert (diagnostic.code, diagnostic.severity, diagnostic.line) == ("bad-value", "error", 2)
    assert says in diagnostic.message


@pytest.mark.parametrize(
    ("key", "meant"),
    [("titel", "title"), ("tpye", "type"), ("ID", "id"), ("review-by", "review_by"),
     ("organization", "org"), ("atachments", "attachments"), ("published", "publish")],
)  # fmt: skip
def test_near_misses_are_errors(key: str, meant: str) -> None:
    """A slip is named, with what was meant and its line, unless the key is declared foreign."""
    found = parsed(f"{BASE}{key}: x\n")
    diagnostic = only(found)
    assert found.document is None
    assert (diagnostic.code, diagnostic.line) == ("misspelt-key", 4)
    assert repr(key) in diagnostic.message
    assert repr(meant) in diagnostic.message
    assert parsed(f"{BASE}{key}: x\n", docs={"ignore_keys": [key]}).diagnostics == ()


@pytest.mark.parametrize("key", ["tags", "date", "draft", "layout", "weight", "author", "slug"])
def test_foreign_keys_are_warnings(key: str) -> None:
    """Hugo's and Jekyll's keys do no harm, and can be silenced."""
    found = parsed(f"{BASE}{key}: x\n")
    assert found.document is not None
    assert (only(found).code, only(found).severity) == ("unknown-key", "warning")
    assert parsed(f"{BASE}{key}: x\n", docs={"ignore_keys": [key]}).diagnostics == ()


def test_org_and_orgs_together() -> None:
    """Two answers to one question are an error, on the second one's line."""
    diagnostic = only(parsed(f"{BASE}orgs: [B]\n"))
    assert (diagnostic.code, diagnostic.line) == ("conflicting-keys", 4)


@pytest.mark.parametrize("front", ["", "title: x\ntags: [a]\n", "org:\ntype: ~\n"])
def test_unmapped_files_are_no_documents(front: str) -> None:
    """Without organization and type a file is skipped with a reason, and nothing is said of it."""
    found = parsed(front)
    assert (found.document, found.diagnostics) == (None, ())
    assert found.skipped
    assert "organization" in found.skipped


def test_a_slip_that_unmaps_a_file_is_not_passed_over() -> None:
    """When a misspelt `org` and `type` are why it is no document, that is said."""
    found = parsed("orgz: A\ntyp: SOP\nlayout: x\n")
    assert found.skipped is None
    assert [d.code for d in found.diagnostics] == ["misspelt-key", "misspelt-key"]


def test_half_mapped_documents_are_errors() -> None:
    """Only an organization, or only a type: the message says what to add."""
    no_type, no_org = only(parsed("title: x\norg: A\n")), only(parsed("type: SOP\n"))
    assert (no_type.code, no_type.line) == ("no-type", 3)
    assert "`type: NAME`" in no_type.fix
    assert (no_org.code, no_org.line) == ("no-organization", 2)
    assert "`org: NAME`" in no_org.fix


def test_the_nearest_default_wins_key_by_key() -> None:
    """The longest literal text wins, then the later one; the document's own wins over all."""
    defaults = [
        {"path": "clients/acme/**", "org": "Acme", "traits": {"a": 1, "b": 1}},
        {"path": "**", "org": "Internal", "type": "Note", "traits": {"b": 0, "c": 0}},
        {"path": "clients/**", "orgs": "*", "type": "SOP"},
        {"path": "clients/**", "type": "Runbook", "review_by": dt.date(2027, 1, 1)},
    ]
    inner = document("traits: {a: 2}\n", "clients/acme/x.md", defaults=defaults)
    assert (inner.orgs.include, inner.type) == (("Acme",), "Runbook")
    assert inner.traits == {"a": 2, "b": 1, "c": 0}
    assert inner.review_by == dt.date(2027, 1, 1)
    assert document("", "clients/x.md", defaults=defaults).orgs.everywhere
    assert document("", "x.md", defaults=defaults).orgs.include == ("Internal",)
    assert document("orgs: [B]\n", "x.md", defaults=defaults).orgs.include == ("B",)


def test_attachments_in_defaults_lie_below_the_root() -> None:
    """A default's paths mean the same for every document."""
    defaults = [{"path": "**", "attachments": ["legal.pdf"]}]
    assert document(BASE, "a/b/c.md", defaults=defaults).attachments == ("legal.pdf",)


def test_wrong_defaults_are_told_once() -> None:
    """Slips in publisher.toml are reported by themselves, each with the number of its table."""
    defaults: list[dict[str, Any]] = [
        {"path": "a/**", "tpye": "SOP", "id": "x"},
        {"path": "b/**", "publish": "no", "org": "A", "orgs": ["B"]},
    ]
    collected = collect(tree_of({}), Config.model_validate({"defaults": defaults}))
    messages = [d.message for d in collected.diagnostics]
    assert [d.code for d in collected.diagnostics] == ["bad-default"] * 4
    assert "did you mean 'type'?" in messages[0]
    assert "number 2" in messages[2]


def test_a_bad_value_from_a_default_says_so() -> None:
    """An error that the document's own text cannot explain points to the defaults."""
    found = only(parsed(BASE, defaults=[{"path": "**", "publish": "no"}]))
    assert "from [[defaults]]" in found.message
    assert found.line is None


def test_attachments_stay_inside() -> None:
    """A path that leaves the docs root is an error on its line; one that comes back is not."""
    found = only(parsed(f"{BASE}attachments:\n  - ok.pdf\n  - ../../x.pdf\n"))
    assert (found.code, found.line) == ("outside-root", 6)
    assert document(f"{BASE}attachments: [../sops/./x.pdf, x.pdf]\n").attachments == ("sops/x.pdf",)


@pytest.mark.parametrize(
    ("path", "place"),
    [("x", "a/b/x"), ("../x", "a/x"), ("../../x", "x"), ("../../../x", None), ("/x", "x"),
     ("/../x", None), ("//x", "x"), ("..", "a"), (r"..\x", "a/x"), ("../../..", None)],
)  # fmt: skip
def test_resolve(path: str, place: str | None) -> None:
    """Relative to the document, with a leading '/' to the docs root; never above it."""
    assert resolve("a/b/doc.md", path) == place


def test_long_title_and_lfs() -> None:
    """A very long title is a warning; a document kept by LFS an error, not an empty document."""
    assert only(parsed(f"{BASE}title: {'x' * 256}\n")).code == "long-title"
    raw = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    found = parse(Entry("a.md", "", 1), raw, Config())
    assert (only(found).code, only(found).severity, found.document) == (
        "lfs-pointer",
        "error",
        None,
    )


def test_broken_frontmatter_has_a_place() -> None:
    """What the reader of frontmatter refuses reaches the user with file, line and column."""
    found = only(parsed("org: a: b\n"))
    assert (found.place, found.code) == ("sops/a.md:2:7", "bad-yaml")
    assert found.fix


def test_collect() -> None:
    """All candidates of a tree, in order, with what belongs to none of them."""
    tree = tree_of(
        {"b.md": f"---\n{BASE}---\n", "a.md": "text", "c.md": "---\norg: [\n---\n"},
        Entry("sub", "", None, "submodule"),
    )
    collected = collect(tree, Config())
    assert [p.path for p in collected.parsed] == ["a.md", "b.md", "c.md"]
    assert [d.path for d in collected.documents] == ["b.md"]
    assert [d.code for d in collected.diagnostics] == ["submodule"]
    assert [p.path for p in collect(tree, Config(), ["b.*"]).parsed] == ["b.md"]


def test_json_schema() -> None:
    """The schema for editors knows every key, takes what is right and refuses what is wrong."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(KEYS)
    assert all(schema["properties"][key]["description"] for key in KEYS)
    check = jsonschema.Draft202012Validator(schema)
    good: dict[str, Any] = {"orgs": {"include": ["*"], "exclude": [1]}, "type": "SOP", "date": 1}
    assert check.is_valid(good)
    assert not check.is_valid(good | {"org": "A"})
    assert not check.is_valid({"related": [{"a": 1, "b": 2}]})
    assert not check.is_valid({"publish": "yes"})


@pytest.mark.parametrize("text", [b"x y z\n" * 5_000_000, b"x" * 1_000_000, b"\n" * 20_001])
def test_a_file_that_is_too_large_is_not_even_parsed(text: bytes) -> None:
    """An error at once, where rendering would take minutes."""
    raw = b"---\norg: a\ntype: b\n---\n" + text
    (found,) = parse(Entry("a.md", "b", len(raw)), raw, Config()).diagnostics
    assert (found.code, found.severity) == ("too-large", "error")


@pytest.mark.parametrize(
    ("block", "config", "skipped"),
    [
        ('title = "A"', {}, True),
        ('title = "A"', {"defaults": [{"path": "sops/**", "org": "Acme"}]}, False),
        ('# Hugo\n\ntype = "docs"\n[params]\na = 1', {}, False),
    ],
    ids=["no document", "by default", "by a key of its own"],
)
def test_toml_is_refused_where_a_document_is_meant(
    block: str, config: dict[str, Any], skipped: bool
) -> None:
    """Published, it would be text for everybody to read; elsewhere the file is passed over."""
    raw = f"+++\n{block}\n+++\n\nText.\n".encode()
    found = parse(Entry("sops/a.md", "b", len(raw)), raw, Config.model_validate(config))
    assert found.document is None
    if skipped:
        assert "TOML" in (found.skipped or "")
    else:
        assert only(found).code == "toml-frontmatter"
