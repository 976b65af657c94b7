"""A document against what IT Glue holds, field by field."""

from __future__ import annotations

from publisher.model import Json
from publisher.preview.changes import Change, changes
from publisher.preview.model import Asset, Value, View
from publisher.render import footer


def compared(value: Value, there: Json) -> tuple[Change, ...]:
    view = View("a.md", "A", "SOP", None, values=(value,))
    return changes(view, Asset("A", "", "", {value.key: there}))


def test_fields_of_text_show_both_sides() -> None:
    """An empty side is a field that comes."""
    value = Value("category", "Category", "Select", "Patching")
    assert compared(value, "Backup") == (Change("category", "Category", "Backup", "Patching"),)
    assert compared(value, None) == (Change("category", "Category", "", "Patching"),)
    assert compared(value, "Patching ") == ()


def test_numbers_and_tags_are_compared_by_what_they_mean() -> None:
    """However IT Glue writes them."""
    assert compared(Value("n", "N", "Number", "500"), 500.0) == ()
    assert compared(Value("n", "N", "Number", "500"), "lots") != ()
    tags = {
        "type": "Configurations",
        "values": [{"id": 2, "name": "SRV-02"}, {"id": 1, "name": "srv-01"}],
    }
    assert compared(Value("t", "T", "Tag", "SRV-01, SRV-02"), tags) == ()


def test_texts_are_compared_without_footer_and_addresses() -> None:
    """What publisher adds changes with every write, and says nothing to a reader."""
    value = Value(
        "body", "Body", "Textbox", "", '<p>One <a href="/d/b.md">two</a></p>' + _footer("a")
    )
    there = '<p>One <a href="https://eu.itglue.com/1/2">two</a></p>' + _footer("b")
    assert compared(value, there) == ()
    (change,) = compared(value, there.replace("One", "Uno"))
    assert change.html is not None
    assert "<del>Uno</del><ins>One</ins>" in change.html


def test_what_it_glue_holds_is_made_harmless() -> None:
    """Anybody can write into an asset."""
    value = Value("body", "Body", "Textbox", "", "<p>new</p>")
    (change,) = compared(
        value, '<p onclick="x()">old</p><script>alert(1)</script><img src="//evil">'
    )
    assert change.html is not None
    assert "script" not in change.html
    assert "onclick" not in change.html


def test_the_marker_and_headers_are_nobodys_change() -> None:
    """They are not what a writer writes."""
    assert compared(Value("publisher-key", "Key", "Text", "new", marker=True), "old") == ()
    assert compared(Value("h", "About", "Header", ""), None) == ()


def _footer(marker: str) -> str:
    return footer(repository="docs", path="a.md", commit=None, marker=f"docs:a@1;a={marker};c=0")
