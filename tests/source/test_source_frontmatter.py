"""Frontmatter: what is kept, what keeps its text, and what is refused with its place."""

from __future__ import annotations

import math
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.source.frontmatter import HANDLER, read, write
from publisher.source.strictyaml import Malformed, load

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r")
TEXTS = st.text(CHARACTERS)
KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS
    | st.sampled_from(["no", "on", "0123", "1_000", "12:30:45", "2027-02-30", "1e3", "~", "0x1F"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


def document(block: str, body: str = "Body.\n") -> bytes:
    return f"---\n{textwrap.dedent(block)}---\n{body}".encode()


@given(st.dictionaries(KEYS, VALUES, max_size=4), TEXTS)
def test_what_is_written_is_read(values: dict[str, object], body: str) -> None:
    """Any values and any body come back as they were, to the character."""
    text = read(write(values, body).encode())
    assert (text.values, text.body) == (values, body)


@given(TEXTS)
def test_a_text_without_frontmatter_stays_as_it_is(body: str) -> None:
    """No character of a body is lost, whatever it starts with."""
    try:
        text = read(body.encode())
    except Malformed:
        return
    assert body.removeprefix("\ufeff").endswith(text.body)
    if not text.values and not body.startswith("---"):
        assert text.body == body.removeprefix("\ufeff")


@given(st.binary())
def test_no_bytes_crash_it(raw: bytes) -> None:
    """Whatever a file holds is a text or a named problem with a place."""
    for data in (raw, b"---\na: " + raw + b"\n---\n"):
        place = (1, 1)
        try:
            read(data)
        except Malformed as error:
            place = (error.line, error.column)
        assert min(place) >= 1


def test_lines_of_keys_and_body() -> None:
    """Keys, keys inside keys and list items know their line, and the body where it starts."""
    text = read(
        document(
            """\
            title: A
            # a comment
            traits:
              owner: {contact: x}
            attachments:
              - a.pdf
              - b.pdf
            """
        )
    )
    assert text.lines == {
        "title": 2, "traits": 4, "traits.owner": 5, "traits.owner.contact": 5,
        "attachments": 6, "attachments.0": 7, "attachments.1": 8,
    }  # fmt: skip
    assert (text.body, text.body_line) == ("Body.\n", 10)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
def test_line_ends_and_bom(end: bytes, bom: bytes) -> None:
    """Windows' and old Macs' line ends and a BOM change nothing; indented code stays."""
    text = read(bom + end.join([b"---", b"title: x", b"---", b"    code", b"", b"  end", b""]))
    assert (text.values, text.body) == ({"title": "x"}, "    code\n\n  end\n")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-7", -7), ("1.1", 1.1), ("-0.5", -0.5), ("5.0", 5.0),
        ("1.10", "1.10"), ("1.50", "1.50"), ("-0.5e3", "-0.5e3"), ("0.1234567890123456789",) * 2,
        ("0123", "0123"), ("1_000", "1_000"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("+1", "+1"),
        ("12:30:45", "12:30:45"), ("2027-03-01", "2027-03-01"), ("2027-02-30", "2027-02-30"),
        ("no", "no"), ("Yes", "Yes"), ("on", "on"), (".inf", ".inf"), (".nan", ".nan"),
        ("1e3", "1e3"), ("1.0e999", "1.0e999"), ("9" * 5000, "9" * 5000),
        ("'12'", "12"), ('"true"', "true"), ("a, b", "a, b"), ("=", "="),
    ],
)  # fmt: skip
def test_plain_values(written: str, value: object) -> None:
    """Only what is plainly a number, true, false or null is one; the rest is what was written."""
    read_value = load(f"key: {written}\n")[0]["key"]
    assert read_value == value
    assert type(read_value) is type(value)
    assert not isinstance(read_value, float) or math.isfinite(read_value)


@pytest.mark.parametrize(
    ("raw", "code", "line", "column"),
    [
        (b"---\ntitle: x\nno end\n", "unterminated-frontmatter", 1, 1),
        (b"---\ntitle: x\n----\n", "unterminated-frontmatter", 1, 1),
        (b"---\na: 1\nb: 2\na: 3\n---\n", "duplicate-key", 4, 1),
        (b"---\nt: {a: 1, a: 2}\n---\n", "duplicate-key", 2, 11),
        (b"---\na: &x [1]\nb: *x\n---\n", "yaml-alias", 2, 4),
        (b"---\nb: *x\n---\n", "yaml-alias", 2, 4),
        (b"---\na: b: c\n---\n", "bad-yaml", 2, 5),
        (b"---\n\ta: b\n---\n", "bad-yaml", 2, 1),
        (b"---\na: \x07\n---\n", "bad-yaml", 2, 4),
        ("---\nü: ä\x1b\n---\n".encode(), "bad-yaml", 2, 5),
        (b"---\na: @x\n---\n", "bad-yaml", 2, 4),
        (b"---\na: {{ id }}\n---\n", "bad-yaml", 2, 5),
        (b"---\n{[a]: b}\n---\n", "bad-yaml", 2, 2),
        (b"---\na: !!python/object:os.system x\n---\n", "bad-yaml", 2, 4),
        (b"---\na: !!str x\n---\n", "bad-yaml", 2, 4),
        (b"---\na: ! x\n---\n", "bad-yaml", 2, 4),
        (b"---\na: 1\n--- x\nb: 2\n---\n", "bad-yaml", 3, 1),
        (b"---\nNote: prose\nand more\n---\n", "bad-yaml", 4, 1),
        (b"---\n'': x\n---\n", "bad-yaml", 2, 1),
        (b"---\na:\n  " + b"- " * 40_000 + b"\n---\n", "bad-yaml", 3, 41),
        (b"---\na: " + b"[" * 40_000 + b"\n---\n", "bad-yaml", 2, 1003),
        (b"---\na: '" + b"x" * 200_000 + b"'\n---\n", "bad-yaml", 2, 1),
        (b"\n\n---\ntitle: x\n---\n", "misplaced-frontmatter", 3, 1),
        (b"a\r\nb\xe9\r\n", "bad-encoding", 2, 2),
        ("ü\nüx".encode() + b"\xff", "bad-encoding", 2, 3),
        ("---\ntitle: x\n---\n".encode("utf-16"), "bad-encoding", 1, 1),
    ],
)
def test_hostile_and_broken(raw: bytes, code: str, line: int, column: int) -> None:
    """Each thing that is wrong has a code and the place where it is."""
    with pytest.raises(Malformed) as caught:
        read(raw)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, line, column)


def test_messages_hold_no_text_of_the_document() -> None:
    """What is wrong may stand beside a secret; the message quotes neither."""
    for raw in (
        b"---\npw: hunter2: x\n---\n",
        b"---\npw: 'hunter2\n---\n",
        b"---\npw: *hunter2\n---\n",
    ):
        with pytest.raises(Malformed) as caught:
            read(raw)
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "---\n",
        "---\n\nA rule first.\n",
        "---\n# Heading\n\ntext\n\n---\n",
        "---\n- a\n- b\n---\n",
        "--- \ttext: x\n",
        "----\na: b\n----\n",
        "text\n---\na: b\n---\n",
        '{\n"a": 1}\n',
        "+++\ntext\n+++\n",
        "+++\na=1\n",
    ],
)
def test_a_rule_is_no_frontmatter(text: str) -> None:
    """A horizontal rule at the top, and other tools' formats, leave the text alone."""
    assert read(text.encode()).body == text
    assert read(text.encode()).values == {}


@pytest.mark.parametrize("text", ["---\n---\nx", "---\n\n# comment\n\ntitle: a\n---\nx"])
def test_empty_and_commented_frontmatter(text: str) -> None:
    """An empty block, or one that starts with a comment, is a block."""
    assert read(text.encode()).body == "x"


def test_three_dashes_inside_a_block_scalar() -> None:
    """Indented dashes belong to the value; only those at the start of a line end the block."""
    text = read(b"---\na: |\n  x\n  ---\n---\nbody")
    assert (text.values, text.body, text.body_line) == ({"a": "x\n---\n"}, "body", 6)


def test_handler_serves_python_frontmatter() -> None:
    """The handler works as python-frontmatter's own do."""
    block, body = HANDLER.split("---\na: no\n---\nbody")
    assert (HANDLER.load(block), body) == ({"a": "no"}, "body")
    with pytest.raises(ValueError, match="no frontmatter"):
        HANDLER.split("body")
