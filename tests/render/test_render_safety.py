"""Nothing executable survives, nothing readable is lost, nothing takes for ever."""

from __future__ import annotations

import pickle
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.render import TooDeep, render, text
from publisher.render.sanitize import clean_style, keep_placeholders, sanitize

PROBES = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.test/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '[x](b.md "\\" onmouseover=\\"alert(1)")',
    '![x](b.png"onerror="alert(1))',
    "<javascript:alert(1)>",
    "**x**{: onclick=alert(1) style=position:fixed }",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<form action='javascript:alert(1)'><input autofocus onfocus=alert(1)></form>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'><meta http-equiv=refresh content='0;javascript:alert(1)'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "```x onclick=alert(1)\ncode\n```",
    '``` {.py onclick="alert(1)" style="position:fixed"}\ncode\n```',
    "<b title='`x`' onclick=alert(1)>x</b>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<x/onclick=alert(1)>x</x>",
]
PLACES = [
    "{}",
    "# {}",
    "- {}",
    "1. a\n\n   {}",
    "> {}",
    "> [!NOTE]\n> {}",
    "| a |\n|---|\n| {} |",
    "x[^1]\n\n[^1]: {}",
    "Term\n:   {}",
    '!!! note "{}"\n    {}',
    "*[x]: {}\n\nx",
    "[x][y]\n\n[y]: {}",
    "![{}](a.png)",
    "**{}**",
    "<div>\n\n{}\n\n</div>",
    "`{}`",
]
TAG = re.compile(r"<[^>]*>")
LIVE = re.compile(
    r"<(?:script|style|iframe|svg|math|object|embed|form|input|base|meta|link)\b"
    r"|\son[a-z]+\s*=|(?:href|src)=\"\s*(?:javascript|vbscript|data)|position|expression|url\(",
    re.IGNORECASE,
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("probe", PROBES)
def test_nothing_executable_survives(probe: str, place: str) -> None:
    """No probe lives in any construct: no tag that runs, no handler, no script URL."""
    html = render(place.replace("{}", probe), path="a.md").html
    tags = TAG.findall(html)
    bare = [re.sub(r'"[^"]*"', '""', tag) for tag in tags]
    urls = [part for tag in tags for part in re.findall(r'(?:href|src|style)="[^"]*"', tag)]
    assert [part for part in bare + urls if LIVE.search(part)] == []


def _same(_kind: str, url: str) -> str:
    return url


FRAGMENTS = st.sampled_from(
    [
        *("<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "<table><tr><td>", "</table>"),
        *('<a href="/x">', "</a>", '<img src="/x" alt="y">', "<br>", "<center>", "</center>"),
        *('<span style="color:red;position:fixed">', "</span>", "<input>", "<pre>\n\n", "</pre>"),
        *("<h1 id=a onclick=b>", "</h1>", "&amp;", "&lt;b&gt;", "&nbsp;", "<", ">", '"', "'", "&"),
        *("word ", "\u00e4 ", "\n", "<section>", "<font color=red>", "<dl><dt>a<dd>b</dl>"),
    ]
)
HTML = st.lists(FRAGMENTS, max_size=20).map("".join)


@given(HTML)
def test_sanitizing_is_idempotent(html: str) -> None:
    """What was sanitized once passes a second time as it is, and nothing is reported then."""
    once, _ = sanitize(html, _same)
    assert sanitize(once, _same) == (once, ())


@given(HTML)
@example("<word >")
def test_sanitizing_keeps_all_text(html: str) -> None:
    """Tags go, characters stay; ``<word >`` is no tag, but a placeholder that someone wrote."""
    kept = text(sanitize(html, _same)[0])
    assert kept.replace(" ", "") == text(keep_placeholders(html)).replace(" ", "")


@pytest.mark.parametrize(
    ("body", "losses"),
    [
        ("<script>\nx\n</script>", [("<script>", 2)]),
        ('<b onclick="x">a</b> <i onclick="y">b</i>', [("onclick", 2)]),
        ('<p style="color: red; POSITION: fixed">a</p>', [("style: position", 2)]),
        ("![a](data:image/png;base64,xx)", [("data: image", 2)]),
        ("[a](javascript:x)", [("javascript: link", 2)]),
        ('<svg><path d="x"/></svg> <iframe src="x"></iframe>', [("<svg>", 2), ("<iframe>", 2)]),
        ("a\n\n<input>", [("<input>", 4)]),
        ("a <?php x ?>", [("<?…?>", 2)]),
        ('`<script>` <server> <a target="_blank" rel="x" href="b">c</a>', []),
        ("<img alt='<script>' src=x>", []),
        ("```\n<script>\n```\n\n[a](b.md){: onclick=x }", [("onclick", 6)]),
    ],
)
def test_losses_are_named(body: str, losses: list[tuple[str, int]]) -> None:
    """What goes is named once, where it first stands; what stays is not."""
    page = render(body, path="a.md", first_line=2)
    assert [(loss.what, loss.line) for loss in page.stripped] == losses


@pytest.mark.parametrize(
    ("style", "kept", "dropped"),
    [
        ("color:red", "color: red", ()),
        ("color: #f00; ; width : 10% ", "color: #f00; width: 10%", ()),
        ("color: rgb(1, 2, 3)", "color: rgb(1, 2, 3)", ()),
        ("position: fixed; COLOR: red", "color: red", ("position",)),
        ("background: url(x)", "", ("background",)),
        ("background: u\\72l(x)", "", ("background",)),
        ("color: red/**/", "", ("color",)),
        ("width: calc(1px)", "", ("width",)),
        ("nonsense", "", ()),
    ],
)
def test_styles(style: str, kept: str, dropped: tuple[str, ...]) -> None:
    """Only listed properties, only plain values."""
    assert clean_style(style) == (kept, dropped)


HOSTILE = {
    "quotes": ">" * 10_000,
    "brackets": "[" * 10_000,
    "bracket pairs": "[" * 10_000 + "]" * 10_000,
    "pictures": "![" * 10_000,
    "links": "[a](" * 10_000,
    "stars": "*a **b " * 5_000,
    "lines": "_a __b " * 5_000,
    "ticks": "".join("`" * (n % 90 + 1) + "x" for n in range(3_000)),
    "tags": "<div>" * 20_000,
    "paired tags": "<div>" * 5_000 + "</div>" * 5_000,
    "open tags": "<a " * 10_000,
    "open attributes": '<a "' * 10_000,
    "comments": "<!--" * 10_000,
    "nested lists": "\n".join(" " * n + "- x" for n in range(0, 1_000, 2)),
    "lists in a line": "- " * 5_000 + "x",
    "fences": "```\n" * 5_001,
    "pipes": "|" * 20_000 + "\n" + "|-" * 10_000,
    "addresses": "a@" * 10_000 + "a." * 10_000,
    "braces": "{: " * 10_000,
    "markdown tags": '<div markdown="1">\n' * 1_000 + "x",
    "tables": "<table>" * 3_000,
    "placeholders": "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03 \x00",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_ends_soon(body: str) -> None:
    """Nothing crashes the process or keeps it busy: it renders, or is refused by name."""
    start = time.perf_counter()
    try:
        render(body, path="a.md")
    except TooDeep as refusal:
        assert "deep" in str(refusal)  # noqa: PT017  both ends are right, the time is the point
    assert time.perf_counter() - start < 5


def test_rendering_is_deterministic_and_picklable() -> None:
    """The same input gives the same page, which can cross a process boundary."""
    body = "# A\n\n[b](c.md)[^1] `d`\n\n```py\nx = 1\n```\n\n[^1]: e\n"
    page = render(body, path="a.md")
    assert pickle.loads(pickle.dumps(page)) == page == render(body, path="a.md")
    refusal = pickle.loads(pickle.dumps(TooDeep("brackets", 200, 7)))
    assert (str(refusal), refusal.line) == ("brackets are nested more than 200 deep", 7)
