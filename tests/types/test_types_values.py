"""Values of frontmatter in their fields: what is sent, and what is refused without being shown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import AssetType, Document, Field, Json, OrgSelector
from publisher.source.strictyaml import load
from publisher.types import Tags, Wrong, shape_of, values_of
from publisher.types.dates import iso_date
from publisher.types.values import convert, doubts


def field(kind: str, tag_type: str | None = None, options: tuple[str, ...] = ()) -> Field:
    return Field("f", "F", kind, tag_type=tag_type, options=options)


def converted(kind: str, written: str, options: tuple[str, ...] = ()) -> Json:
    """What a value becomes, as it is written in YAML."""
    return convert(field(kind, options=options), load(f"f: {written}\n")[0]["f"], "a.md")


@pytest.mark.parametrize(
    ("kind", "written", "sent"),
    [
        ("Text", "plain", "plain"), ("Text", "12", "12"), ("Text", "0123", "0123"),
        ("Text", "no", "no"), ("Text", "12:30", "12:30"), ("Text", '" x "', "x"),
        ("Number", "12", 12), ("Number", "-1.5", -1.5), ("Number", "'12'", 12),
        ("Number", "007", 7), ("Number", "+3", 3), ("Number", "1.50", 1.5),
        ("Number", "1e3", 1000.0),
        ("Text", "1.10", "1.10"), ("Select", "1.10", "1.10"),
        ("Percent", "99.9", 99.9), ("Percent", "99.9%", 99.9), ("Percent", "5 %", 5),
        ("Checkbox", "true", True), ("Checkbox", "False", False),
        ("Date", "2027-03-01", "2027-03-01"), ("Date", "'2027-03-01'", "2027-03-01"),
        ("Select", "a, b", "a, b"), ("Select", "'a, b  '", "a, b"), ("Select", "2019", "2019"),
        ("Tag", "12", [12]), ("Tag", "['7', 5, 7]", [5, 7]),
        ("Text", "null", None), ("Date", "", None),
    ],
)  # fmt: skip
def test_what_is_sent(kind: str, written: str, sent: Json) -> None:
    """Each kind in its form; what YAML elsewhere would turn into something else stays text."""
    value = converted(kind, written, ("a, b", "2019", "1.10") if kind == "Select" else ())
    assert value == sent
    assert type(value) is type(sent)


@pytest.mark.parametrize(
    ("kind", "written", "code", "fix"),
    [
        ("Text", "true", "bad-trait", "quotes"), ("Text", "[a]", "bad-trait", ""),
        ("Number", "1_000", "bad-trait", "digits"), ("Number", "1,5", "bad-trait", "point"),
        ("Number", ".inf", "bad-trait", ""), ("Number", "true", "bad-trait", ""),
        ("Number", "'٣'", "bad-trait", ""), ("Percent", "'%'", "bad-trait", ""),
        ("Checkbox", "yes", "bad-trait", "Write true."), ("Checkbox", "0", "bad-trait", "false"),
        ("Checkbox", "maybe", "bad-trait", "true or false"),
        ("Date", "31.12.2026", "bad-date", "Write 2026-12-31."),
        ("Date", "03/04/2026", "bad-date", "YYYY-MM-DD"), ("Date", "20260101", "bad-date", ""),
        ("Date", "2026-W01-1", "bad-date", ""), ("Date", "2027-02-30", "bad-date", ""),
        ("Select", "patching", "bad-option", "'Patching'"), ("Select", "zzz", "bad-option", "One"),
        ("Upload", "x", "unsettable-trait", ""), ("Password", "x", "unsettable-trait", ""),
        ("Header", "x", "unsettable-trait", ""),
    ],
)  # fmt: skip
def test_what_is_refused(kind: str, written: str, code: str, fix: str) -> None:
    """With a code and, where it is known, what was meant; a wrong value is not repeated."""
    with pytest.raises(Wrong) as wrong:
        converted(kind, written, ("Patching", "Backup") if kind == "Select" else ())
    assert wrong.value.code == code
    assert fix in wrong.value.fix
    if kind != "Select":
        assert written.strip("'") not in wrong.value.problem.replace("true or false", "")


def test_dates_of_toml_defaults() -> None:
    """``[[defaults]]`` has dates as values of their own."""
    assert convert(field("Date"), dt.date(2027, 3, 1), "a.md") == "2027-03-01"
    moment = dt.datetime(2027, 3, 1, 23, 0, tzinfo=dt.UTC)
    assert convert(field("Date"), moment, "a.md") == "2027-03-01"


def test_a_textbox_trait_is_markdown() -> None:
    """Rendered and sanitized like a body, so nothing executable gets through."""
    html = convert(field("Textbox"), "# One\n\n- *a* <script>alert(1)</script>\n", "a.md")
    assert "<em>a</em>" in html
    assert "One" in html
    assert "script" not in html
    link = convert(field("Textbox"), "see [b](b.md) and ![p](p.png)", "a.md")
    assert "publisher-ref" not in link
    assert "see b and" in link


def test_texts_that_may_not_be_kept_are_warned_about() -> None:
    """Several lines, or more than fits a usual column; the longest that fits is fine."""
    assert [d.code for d in doubts(field("Text"), "a\nb")] == ["multi-line-text"]
    assert [d.code for d in doubts(field("Text"), "x" * 256)] == ["long-text"]
    assert not [*doubts(field("Text"), "x" * 255 + "")]
    assert not [*doubts(field("Textbox"), "a\nb" * 500)]


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_date_is_itself(day: dt.date) -> None:
    """And what it is written as in words or with dots."""
    assert iso_date(day.isoformat()) == day.isoformat()
    assert iso_date(f"{day.day}.{day.month}.{day.year}") == day.isoformat()
    month = dt.date(2000, day.month, 1).strftime("%B")
    for written in (f"{day.day} {month} {day.year}", f"{month[:3]} {day.day}, {day.year}"):
        assert iso_date(written) == day.isoformat()


@pytest.mark.parametrize(
    "text", ["", "soon", "2027", "1/2/2027", "32.1.2027", "1 Juni 2027", "1.2.27", "May 2027"]
)
def test_what_is_no_one_day(text: str) -> None:
    """A date that could be two, or none."""
    assert iso_date(text) is None


# Tags


@pytest.mark.parametrize(
    ("tag_type", "value", "names"),
    [
        ("Contacts", "Jane Doe", [("contacts", "Jane Doe", "")]),
        ("Contacts", {"contact": "jane@acme.test"}, [("contacts", "jane@acme.test", "")]),
        (
            "Configurations",
            [{"configuration": "SRV-01"}, "SRV-02", "SRV-02"],
            [("configurations", "SRV-01", ""), ("configurations", "SRV-02", "")],
        ),
        ("FlexibleAssetType: 54464", "Core", [("flexible_assets", "Core", "54464")]),
        (
            "FlexibleAssetType: 5",
            {"flexible_asset": {"type": "Vendor", "name": "X"}},
            [("flexible_assets", "X", "Vendor")],
        ),
        ("AccountsUsers", "Site Administrator", [("users", "Site Administrator", "")]),
    ],
)
def test_names_of_records(tag_type: str, value: Json, names: list[tuple[str, str, str]]) -> None:
    """By the kind that the field takes, or that the document says; each once."""
    tags = convert(field("Tag", tag_type), value, "a.md")
    assert isinstance(tags, Tags)
    assert [(n.kind.resource, n.name, n.type) for n in tags.names] == names


def test_names_beside_ids() -> None:
    """An id needs no look-up, said either way."""
    tags = convert(field("Tag", "Contacts"), [4, {"contact": 5}, "Jane"], "a.md")
    assert tags.ids == (4, 5)
    assert convert(field("Tag", "Contacts"), {"contact": 5}, "a.md") == [5]


@pytest.mark.parametrize(
    ("tag_type", "value"),
    [
        ("Contacts", {"location": "HQ"}), ("Contacts", {"contact": "a", "user": "b"}),
        ("Contacts", {"person": "a"}), ("Contacts", True), ("Contacts", ""), ("Contacts", 1.5),
        ("Contacts", {}), ("Contacts", {"contact": None}), ("Contacts", [["a"]]),
        ("Tickets", "T-1"), (None, "somebody"),
        ("FlexibleAssetType: 5", {"flexible_asset": {"typ": "V", "name": "X"}}),
    ],
)  # fmt: skip
def test_tags_that_say_nothing(tag_type: str | None, value: Json) -> None:
    """Another kind than the field takes, no name, or a kind that has no list."""
    with pytest.raises(Wrong) as wrong:
        convert(field("Tag", tag_type), value, "a.md")
    assert wrong.value.code == "bad-tag"


# A whole document

KIND = AssetType(
    "1",
    "SOP",
    (
        Field("title", "Title", "Text", required=True, use_for_title=True),
        Field("category", "Category", "Select", required=True, options=("A",)),
        Field("body", "Body", "Textbox", required=True),
        Field("notes", "Notes", "Text"),
        Field("publisher-key", "Publisher key", "Text", required=True),
    ),
)


def fitted(traits: dict[str, Json], body: str = "x") -> tuple[dict[str, Json], list[str]]:
    document = Document("a.md", "", None, None, OrgSelector(("A",)), "SOP", body, 1, traits=traits)
    values, found = values_of(document, KIND, shape_of(document, KIND, "publisher-key"), "T")
    return values, [f"{one.severity} {one.code}" for one in found]


def test_a_document_in_its_type() -> None:
    """Names or name-keys; the title comes along; body and marker are publisher's own."""
    assert fitted({"Category": "A"}) == ({"category": "A", "title": "T"}, [])
    assert fitted({"category": "A", "title": "Own"})[0]["title"] == "Own"
    assert fitted({"category": "A", "publisher-key": "x"})[1] == ["error reserved-trait"]
    assert fitted({"category": "A", "body": "x"})[1] == ["error reserved-trait"]


def test_what_is_missing_or_twice() -> None:
    """A required trait, an empty body; one wrong value gives one finding."""
    assert fitted({})[1] == ["error missing-trait"]
    assert fitted({"category": "B"})[1] == ["error bad-option"]
    assert fitted({"category": "A"}, body=" \n")[1] == ["error missing-trait"]
    assert fitted({"category": "A", "Category": "A"})[1] == ["error duplicate-trait"]


def test_a_warning_does_not_keep_a_value_back() -> None:
    """What may be cut off is sent all the same."""
    values, found = fitted({"category": "A", "notes": "a\nb"})
    assert (values["notes"], found) == ("a\nb", ["warning multi-line-text"])
