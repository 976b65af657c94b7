"""What changed in a text, as a reviewer reads it."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.plan.difference import difference, marked

TEXTS = st.lists(st.text(alphabet="ab c.#", max_size=12), max_size=12)


def shown(old: list[str], new: list[str]) -> list[str]:
    return [marked(line) for hunk in difference(old, new) for line in hunk.lines]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["Stop the spooler."], ["Start the spooler."], ["[-Stop-]{+Start+} the spooler."]),
        (["a", "b"], ["a", "b", "c"], ["{+c+}"]),
        (["a", "b"], ["b"], ["[-a-]"]),
        (["one two"], ["six seven eight"], ["[-one two-]", "{+six seven eight+}"]),
        (
            ["Call Ann Lee about the backup now."],
            ["Call Bob Ray about the backup now."],
            ["Call [-Ann Lee-]{+Bob Ray+} about the backup now."],
        ),
        (["same"], ["same"], []),
    ],
    ids=["word", "new line", "old line", "nothing alike", "neighbours", "equal"],
)
def test_words_inside_the_lines_that_changed(
    old: list[str], new: list[str], expected: list[str]
) -> None:
    """Only what differs is marked; lines with little in common are shown whole."""
    assert shown(old, new) == expected


def test_what_is_the_same_around_a_change_is_cut() -> None:
    """A long paragraph with one new word is shown by its surroundings."""
    words = [f"word{number}" for number in range(200)]
    new = [*words[:100], "NEW", *words[101:]]
    (line,) = shown([" ".join(words)], [" ".join(new)])
    assert "[-word100-]{+NEW+}" in line
    assert line[0] == line[-1] == "…"
    assert len(line) < 130


def test_a_change_names_the_heading_above_it() -> None:
    """So that the reader knows where in the document it is."""
    old = ["# Top", "x", "## Steps", "one", "two"]
    assert [hunk.heading for hunk in difference(old, [*old[:4], "2"])] == ["Steps"]


@given(TEXTS, TEXTS)
def test_no_word_is_lost(old: list[str], new: list[str]) -> None:
    """Every line that only one side has is shown on that side, but for blanks and what is cut."""
    hunks = difference(old, new)
    assert bool(hunks) == (old != new)
    for mine, theirs, kind in ((old, new, "old"), (new, old, "new")):
        lines = [line for hunk in hunks for line in hunk.lines]
        said = ["".join(p.text for p in line if p.kind in ("same", kind)) for line in lines]
        squeezed = ["".join(text.split()) for text in said]
        for text in mine:
            if text not in theirs and "…" not in "".join(said):
                assert "".join(text.split()) in squeezed


def test_a_thousand_changed_documents_take_two_seconds_or_so() -> None:
    """A plan that touches everything is still shown at once."""
    chance = random.Random(1)
    old = [" ".join(chance.choices("abcdefgh", k=12)) for _ in range(100)]
    new = [
        line.replace("a", "z", 1) if number % 20 == 0 else line for number, line in enumerate(old)
    ]
    began = time.perf_counter()
    for _ in range(100):
        difference(old, new)
    assert time.perf_counter() - began < 1.0


def test_a_huge_change_is_shown_in_a_second_or_two() -> None:
    """Each line is compared with the next few alone; a line of thousands of words with none."""
    old = [f"line {number} of {number % 7} old texts" for number in range(2000)]
    began = time.perf_counter()
    assert len(shown(old, [line.replace("old", "new") for line in old])) == 2000
    assert len(shown(old, [f"{number}!" for number in range(2000)])) == 4000
    assert len(shown(["a " * 5000], ["a " * 5000 + "b"])) == 2
    assert time.perf_counter() - began < 3.0
