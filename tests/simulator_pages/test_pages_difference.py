"""What a version changed, in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.simulator.difference import Piece, as_text, changes, compare

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=60).map(" ".join)


@given(WORDS, WORDS)
def test_each_side_is_what_stayed_and_what_is_its_own(old: str, new: str) -> None:
    """But for what is left out, which is the same on both."""
    pieces = list(compare(old, new))
    for text, own in ((old, "removed"), (new, "added")):
        kept = [p.text for p in pieces if p.kind in ("same", own)]
        assert " ".join(kept).split() == text.split() or any(p.kind == "left out" for p in pieces)
    if old.split() == new.split():
        assert all(piece.kind == "left out" for piece in pieces)


def test_only_words_near_a_change_are_shown() -> None:
    """Six before, six after; an ellipsis for the rest."""
    before = " ".join(f"w{n}" for n in range(40))
    assert list(compare(before, before.replace("w20", "new"))) == [
        Piece("left out", "…"),
        Piece("same", "w14 w15 w16 w17 w18 w19"),
        Piece("removed", "w20"),
        Piece("added", "new"),
        Piece("same", "w21 w22 w23 w24 w25 w26"),
        Piece("left out", "…"),
    ]


def test_fields_in_their_order() -> None:
    """Those that differ; one whose words are the same says that its layout changed."""
    old = {"title": "A", "body": "<p>One&amp;two</p>", "same": 1, "gone": ["x", "y"]}
    new = {"title": "A", "body": "<h2>One&amp;two</h2>", "same": 1}
    names = {"title": "Title", "body": "Body", "gone": "Gone", "same": "Same"}
    body, gone = changes(old, new, names)
    assert (body.name, body.pieces[0].kind) == ("Body", "left out")
    assert gone.pieces == (Piece("removed", "x, y"),)


def test_values_as_text() -> None:
    """Paragraphs end lines, inline tags do not end words, numbers are said, nothing is ''."""
    assert as_text("<p>a <b>b</b>c</p><ul><li>d</li></ul>").split("\n")[0] == "a bc"
    assert as_text({"values": [{"name": "SRV-01"}, {"name": "SRV-02"}]}) == "SRV-01, SRV-02"
    assert (as_text(None), as_text(5), as_text([])) == ("", "5", "")
