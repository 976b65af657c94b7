"""A plan as a comment: bounded, ordered, harmless whatever the titles hold."""

from __future__ import annotations

import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import action, drift, plan

from publisher.model import Diagnostic, Organization
from publisher.plan import Plan
from publisher.plan.difference import Wording
from publisher.plan.markdown import LIMIT, as_markdown, code, cost, plain
from publisher.plan.model import FileChange
from publisher.plan.output import Wordings


def sections(text: str) -> list[str]:
    return re.findall(r"^### (.+)$", text, re.MULTILINE)


def test_the_order_is_what_matters_first() -> None:
    """Marker, verdict, table; then what goes, what was edited, the rest, the texts."""
    wordings = Wordings({"d3@1": [Wording("body", ("a b",), ("a c",))]})
    said = as_markdown(
        plan(action("create", 1), action("archive", 2), action("update", 3), drifts=(drift(4),)),
        wordings,
    )
    lines = said.splitlines()
    assert lines[:2] == [
        "<!-- publisher-plan: production -->",
        "## Publishing to production: 3 changes",
    ]
    assert sections(said) == [
        "By organization",
        "Removed or held back",
        "Drift: edited in IT Glue",
        "Changes",
        "Texts",
    ]
    assert "| Client 001 | 1 archive, 1 update, 1 create |" in said
    assert "It takes about 3 requests, a few seconds." in said
    assert "```diff\n@@ body @@\n- a b\n+ a c\n```" in said


def test_errors_are_the_verdict() -> None:
    """A plan that cannot be applied says so in its first line."""
    found = Diagnostic("a.md", 3, None, "bad-yaml", "error", "no mapping", "Mend it.")
    bad = Plan("production", "https://x.test", None, (), (), 0, 0, (), 0, (found,))
    said = as_markdown(bad)
    assert "## Publishing to production: 1 error\n" in said
    assert "- `a.md:3`: no mapping. Mend it. (`bad-yaml`)" in said
    assert "the work tree" in said


def test_nothing_to_do_is_short() -> None:
    """One line says it."""
    said = as_markdown(plan(unchanged=41))
    assert "nothing to do" in said
    assert sections(said) == []
    assert "takes no request" in said


@pytest.mark.parametrize("size", [0, 1, 40, 2000, 10_000])
def test_any_size_stays_under_the_limit(size: int) -> None:
    """What is folded away is counted by part; nothing is dropped in silence."""
    verbs = ("create", "update", "archive", "conflict")
    actions = [action(verbs[n % 4], n, n % 300) for n in range(size)]  # type: ignore[arg-type]  # four of the verbs
    lines = tuple(f"line {n} of text" for n in range(30))
    wordings = Wordings({a.key: [Wording("body", lines, lines[:3])] for a in actions})
    drifts = tuple(drift(n) for n in range(size // 10))
    whole = plan(*actions, drifts=drifts)
    said = as_markdown(whole, wordings)
    assert len(said) <= LIMIT
    shown = len(re.findall(r"^- `[-~+!]` ", said, re.MULTILINE))
    folded = re.findall(r"(\d+) of “(Removed or held back|Changes)”", said)
    assert shown + sum(int(count) for count, _ in folded) == size
    assert said == as_markdown(whole, wordings)
    if size >= 2000:
        assert {name for _, name in folded} == {"Removed or held back", "Changes"}
        assert "of “Texts”" in said


def test_what_is_cut_still_renders() -> None:
    """Every <details> and fence is closed, every row of the table has its cells."""
    actions = [action("update", n, n % 50) for n in range(2000)]
    wordings = Wordings({a.key: [Wording("body", ("x",), ("```", "y"))] for a in actions})
    said = as_markdown(plan(*actions), wordings)
    assert said.count("<details>") == said.count("</details>") > 0
    fences = re.findall(r"^```(?:diff)?$", said, re.MULTILINE)
    assert fences == ["```diff", "```"] * (len(fences) // 2)
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {3}
    html = markdown.markdown(said, extensions=["tables", "fenced_code", "md_in_html"])
    assert html.count("<tr>") == len(rows) - 1


def test_files_are_named_with_their_hashes_and_linked() -> None:
    """Where people would rather look at the picture; what is gone is not linked."""
    files = (
        FileChange("net.png", "img/net.png", "a" * 40, "b" * 40),
        FileChange("new.pdf", "new.pdf", "", "c" * 40),
        FileChange("old.pdf", "", "d" * 40, ""),
    )
    said = as_markdown(
        plan(action("update", 1, files=files), action("archive", 2)),
        link=lambda path: f"https://h.test/{path}",
    )
    assert "[`net.png`](https://h.test/img/net.png) changes from `aaaaaaaa` to `bbbbbbbb`" in said
    assert "[`new.pdf`](https://h.test/new.pdf) is attached (`cccccccc`)" in said
    assert "`old.pdf` is removed (was `dddddddd`)" in said
    assert "](https://h.test/docs/page-2.md)" not in said


@pytest.mark.parametrize(
    "title",
    [
        "@everyone look",
        "fixes #1",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "a | b",
        "`code` **bold** ~~x~~",
        "line\nbreak\n## heading",
        "--> <!-- publisher-plan: other -->",
        "</summary></details>",
    ],
)
def test_a_title_is_never_markup(title: str) -> None:
    """A document's author cannot notify, forge or break the comment."""
    nasty = action("update", 1)
    object.__setattr__(nasty, "title", title)
    object.__setattr__(nasty, "organization", Organization("1", title))
    said = as_markdown(plan(nasty), Wordings({nasty.key: [Wording("body", (title,), ("y",))]}))
    outside = re.sub(r"```diff.*?```", "", said, flags=re.DOTALL)
    assert [outside.count(tag) for tag in ("<details>", "</details>", "<summary>")] == [1, 1, 1]
    assert len(re.findall(r"^## ", said, re.MULTILINE)) == 1
    assert not re.search(r"@\w|#\d|<img|\[[^\]\\]*\]\(javascript", outside)
    assert outside.count("<!--") == 1


@given(st.text(max_size=40))
def test_code_and_plain_text_stay_on_one_line(text: str) -> None:
    """Whatever a path or a title holds; and a code span shows its backticks."""
    assert "\n" not in code(text) + plain(text)
    assert "<" not in plain(text)


@pytest.mark.parametrize(
    ("requests", "words"),
    [(1, "1 request, a few"), (900, "900 requests, 60 s"), (9000, "9,000 requests, 10 minutes")],
)
def test_the_cost_is_in_human_measure(requests: int, words: str) -> None:
    """Requests in flight bound small plans, IT Glue's limit the large ones."""
    assert words in cost(requests)
