"""Templates: what is filled in, what is left alone, and what is refused, with its line."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.model import Document, Organization, OrgSelector
from publisher.render import render, text
from publisher.source.frontmatter import read
from publisher.variables import BadTemplate, Copy, Override, Values, fill_in

ACME = Organization("4711", "Acme Corp", "ACME")
FIRST = 5
"""The line on which the bodies here start."""


def template(body: str, title: str | None = None, **more: Any) -> Document:
    """A template at sops/a.md."""
    selector = OrgSelector(("*",))
    return Document("sops/a.md", "b", None, title, selector, "SOP", body, FIRST, **more)


def filled(body: str, **values: Any) -> Copy:
    return fill_in(template(body), ACME, Values("vars/acme.yaml", values))


@pytest.mark.parametrize(
    ("body", "values", "result"),
    [
        ("For {{ org.name }} ({{ org.id }})", {}, "For Acme Corp (4711)"),
        ("{{ site.floor }}", {"site": {"floor": 3}}, "3"),
        ("{{ site.items }}", {"site": {"items": "printers"}}, "printers"),
        ("{{ names }}", {"names": ["Jane", "Joe"]}, "Jane, Joe"),
        ("{{ names | join(' / ') | upper }}", {"names": ["a", "b"]}, "A / B"),
        ("{{ vpn }}", {"vpn": True}, "true"),
        ("[{{ gone | default('none') }}]", {}, "[none]"),
        ("{{ address }}", {"address": "1 Main St\nSpringfield\n"}, "1 Main St<br>Springfield"),
        ("{{ note | markdown }}", {"note": "**b**\n- x"}, "**b**\n- x"),
        ("a {% if vpn %}b{% endif %}\nc", {"vpn": True}, "a b\nc"),
        ("{% if vpn %}\nb\n{% endif %}\nc", {"vpn": False}, "c"),
        (
            "{% for n in names %}\n{{ loop.index }}. {{ n }}\n{% endfor %}\nend",
            {"names": ["x", "y"]},
            "1. x\n2. y\nend",
        ),
        ("## Head {#anchor}", {}, "## Head {#anchor}"),
        ("{% raw %}{{ x }}{% endraw %}", {}, "{{ x }}"),
    ],
)
def test_what_is_filled_in(body: str, values: dict[str, Any], result: str) -> None:
    """Names, entries of mappings, lists, conditions, loops; a tag alone on its line leaves none."""
    assert filled(body, **values).document.body == result


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("`{{ org.name }}`", "`{{ org.name }}`"),
        ("`` a`{{ b }} ``", "`` a`{{ b }} ``"),
        ("`{{! org.short_name }}-FS01 {{ x }}`", "`ACME-FS01 {{ x }}`"),
        ("```sh\necho {{ x }} {% y %} {{! org.id }}\n```", "```sh\necho {{ x }} {% y %} 4711\n```"),
        ("```sh template\necho {{ org.name }}\n```", "```sh\necho Acme Corp\n```"),
        (
            "- ~~~ini template\n  {% if v %}\n  v={{ v }}\n  {% endif %}\n  ~~~",
            "- ~~~ini\n  v=<a>\n  ~~~",
        ),
        ("Text\n\n    {{ indented }}\n", "Text\n\n    {{ indented }}\n"),
        ("- item\n\n    {{ org.id }}\n", "- item\n\n    4711\n"),
        ("{{! org.id }}", "4711"),
    ],
)
def test_code_is_left_alone_unless_asked(body: str, result: str) -> None:
    """In spans, fences and indented code only {{! … }} is filled in, without escapes."""
    assert filled(body, v="<a>").document.body == result


def test_lines_of_a_value_in_a_fence_stay_in_the_fence() -> None:
    """Each gets the margin of the line that it stands on."""
    body = "> ```template\n> ```\n\n- ```sh template\n  {{ routes }}\n  ```\n"
    copy = filled(body, routes="one\n```\ntwo")
    assert copy.document.body.endswith("- ```sh\n  one\n  '''\n  two\n  ```\n")


@pytest.mark.parametrize(
    ("body", "code", "line", "says"),
    [
        ("{{ firewall }}", "undefined-variable", 5, "`firewall` is not defined for Acme Corp"),
        ("a\n\n{{ org.shortname }}", "undefined-variable", 7, "`org.shortname`"),
        ("`x`\n`{{! nope }}`", "undefined-variable", 6, "`nope`"),
        ("{% for a in list %}\n- {{ a.b }}\n{% endfor %}", "undefined-variable", 6, "`b`"),
        ("{{ list.__class__ }}", "undefined-variable", 5, "`list.__class__`"),
        ("{{ org }}", "bad-template", 5, "a group of values"),
        ("\n{{ list.pop() }}", "bad-template", 6, "a call is not part"),
        ("{% set a = 1 %}", "bad-template", 5, "`set` is not part"),
        ("{{ 'a' * 9 }}", "bad-template", 5, "arithmetic is not part"),
        ("{% include 'x' %}", "bad-template", 5, "include is not part"),
        ("{% macro m() %}{% endmacro %}", "bad-template", 5, "macro is not part"),
        ("{% gist abc %}", "bad-template", 5, "unknown tag 'gist'"),
        ("{{ org.name | nope }}", "bad-template", 5, "No filter named 'nope'"),
        ("{{ secret-", "bad-template", 5, "cannot be read here"),
        ("{% for a in org.name %}{% endfor %}", "bad-template", 5, "only a list"),
        ("{{ 5 | first }}", "bad-template", 5, "cannot be worked out"),
        ("{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "bad-template", None, "nested too deep"),
    ],
)
def test_mistakes_have_a_code_and_a_line(body: str, code: str, line: int | None, says: str) -> None:
    """The line is the file's; the sentence names the variable, and never its value."""
    with pytest.raises(BadTemplate, match=re.escape(says)) as caught:
        filled(body, list=["hunter2"])
    assert (caught.value.code, caught.value.line) == (code, line)
    assert "hunter2" not in f"{caught.value.problem}{caught.value.fix}"


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}",
        "{% for a in big %}{{ big | join | length }}{% endfor %}",
        "{% for a in big %}{{ text }}{% endfor %}",
    ],
)
def test_work_and_output_are_bounded(body: str) -> None:
    """No template can take the machine's time or memory."""
    with pytest.raises(BadTemplate) as caught:
        filled(body, big=["x" * 9] * 3000, text="y" * 90_000)
    assert caught.value.code == "template-limit"


def test_titles_and_traits_are_filled_in() -> None:
    """As plain words; a trait that is nothing but a variable gets the value itself."""
    traits = {
        "seats": "{{ seats }}",
        "who": ["{{ jane }}"],
        "n": "{{ jane }}, {{ org.id }}",
        "x": 1,
    }
    document = template("b", "Patching at {{ org.name }}", traits=traits)
    copy = fill_in(document, ACME, Values("v", {"seats": 25, "jane": "J. *Doe*"})).document
    assert copy.title == "Patching at Acme Corp"
    assert copy.traits == {"seats": 25, "who": ["J. *Doe*"], "n": "J. *Doe*, 4711", "x": 1}


def test_a_mistake_in_the_frontmatter_has_the_line_of_its_key() -> None:
    """Of the trait, not of the body."""
    document = template("b", traits={"n": "{{ nope }}"}, lines={"traits": 3, "traits.n": 4})
    with pytest.raises(BadTemplate) as caught:
        fill_in(document, ACME)
    assert caught.value.line == 4


def test_the_nearest_value_wins() -> None:
    """Override's, organization's, document's."""
    document = template("{{ a }}{{ b }}{{ c }}", vars={"a": 1, "b": 1, "c": 1})
    override = Override.read("sops/a.acme.md", b"---\nvars: {c: 3}\n---\n")
    values = Values("vars/acme.yaml", {"b": 2, "c": 2})
    assert fill_in(document, ACME, values, override).document.body == "123"


def test_every_line_knows_where_it_comes_from() -> None:
    """Through loops, and through values with several lines."""
    body = "a\n{% for n in names %}\n- {{ n }}\n{% endfor %}\n{{ note | markdown }}\nz"
    copy = filled(body, names=["x", "y"], note="one\ntwo")
    assert copy.document.body == "a\n- x\n- y\none\ntwo\nz"
    assert [line for _, line in copy.places] == [5, 7, 7, 9, 9, 10]


BASE = """\
Before {{ org.name }}

<!-- publisher: block contacts -->
Call the desk.
<!-- publisher: end -->
After
"""


def overridden(text_: str) -> Copy:
    return fill_in(template(BASE), ACME, None, Override.read("sops/a.acme.md", text_.encode()))


def test_an_override_replaces_a_block() -> None:
    """What it says of a block stands there, filled in too; its lines are the override's."""
    block = "<!-- publisher: block contacts -->\nCall Jane at {{ org.name }}.\n"
    copy = overridden(block + "<!-- publisher: end -->\n")
    html = render(copy.document.body, path="sops/a.md").html
    assert text(html) == "Before Acme Corp Call Jane at Acme Corp. After"
    assert ("sops/a.acme.md", 2) in copy.places
    assert copy.places[-2] == ("sops/a.md", FIRST + 5)


def test_an_override_without_blocks_replaces_the_body() -> None:
    """And title and traits, where it has some; with an empty body only those."""
    copy = overridden("---\ntitle: Own\ntraits: {n: 2}\n---\nAll new for {{ org.name }}")
    assert copy.document.body == "All new for Acme Corp"
    assert (copy.document.title, copy.document.traits) == ("Own", {"n": 2})
    assert overridden("---\ntitle: Own\n---\n").document.body.startswith("Before Acme Corp")


@pytest.mark.parametrize(
    ("text_", "line", "says"),
    [
        ("<!-- publisher: block contact -->\nx\n<!-- publisher: end -->", 1, "no block 'contact'"),
        ("<!-- publisher: block contacts -->\nx", 1, "has no end"),
        ("x\n<!-- publisher: block contacts -->\n<!-- publisher: end -->", 1, "outside of the"),
        ("---\norg: Acme\n---\n", 2, "an override has no `org`"),
        ("---\nvars: [1]\n---\n", 2, "must be a mapping"),
        ("---\na: {\n---\n", 3, ""),
        ("Hi\n{{ nope }}", 2, "`nope` is not defined"),
    ],
)
def test_a_bad_override_is_placed_in_its_own_file(text_: str, line: int, says: str) -> None:
    """With file and line."""
    with pytest.raises(BadTemplate) as caught:
        overridden(text_)
    assert says in caught.value.problem
    assert (caught.value.path, caught.value.line) == ("sops/a.acme.md", line)


VALUE = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" #*_`[]<>&|-+.1:\\~!={}")
).filter(str.strip)


@given(VALUE)
@example(":#")
@example("__0__")
def test_a_value_is_shown_as_it_is(value: str) -> None:
    """Whatever it holds: it starts no list, heading, table, link or tag, nor ends one."""
    words = " ".join(value.split())
    for body in ("{{ v }}", "a {{ v }} b", "- {{ v }}", "# {{ v }}", "**{{ v }}**"):
        body_ = filled(f"x\n\n{body}", v=value).document.body
        html = render(body_, path="a.md", title="T").html
        expected = re.sub(r"[#*-]", "", body.replace("{{ v }}", "\0")).strip()
        assert text(html) == " ".join(f"x {expected}".replace("\0", words).split())


@given(VALUE)
def test_a_value_stays_in_its_cell(value: str) -> None:
    """Pipes, tags and backticks in it end neither the cell nor the row."""
    body = filled("| a | b |\n| - | - |\n| {{ v }} | z |\n", v=value).document.body
    html = render(body, path="a.md", title="T").html
    assert html.count("<td") == 2
    assert html.count("<tr") == 2


def test_frontmatter_may_hold_templates() -> None:
    """In quotes, since YAML takes a brace for a mapping."""
    front = read(b'---\ntemplate: true\ntitle: "For {{ org.name }}"\nvars: {a: 1}\n---\n').values
    assert front == {"template": True, "title": "For {{ org.name }}", "vars": {"a": 1}}
