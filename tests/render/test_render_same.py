"""What is done for speed changes nothing: our parser against Python-Markdown's own steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.treeprocessors import InlineProcessor

from publisher.render.markdown import EXTENSIONS, SETTINGS, Parser, convert
from publisher.render.rules.code import Code
from publisher.render.rules.headings import Slugger, Title
from publisher.render.rules.inline import NEEDED

FIXTURES = Path(__file__).parent / "fixtures"
SIGNS = [
    *(
        "`",
        "``",
        "\\",
        "\\\\",
        "\\\\srv\\x",
        "[",
        "]",
        "![",
        "[^",
        "^1]",
        "(",
        ")",
        "<",
        ">",
        "@",
        "&",
        ";",
        "*",
    ),
    *("**", "***", "_", "__", "~", "~~", "\n", "  \n", "\n\n", ":", "://", "http", "https", "ftp"),
    *("www", "WWW", "Www.", ".", "w.", "a.test", "/x", "&amp;", "&#9;", "<b>", "</b>", "<br>"),
    *(
        "<!--",
        "-->",
        "<http://a.test>",
        "<a@b.test>",
        "mailto:",
        "[a]: /url",
        "[^1]: note",
        " ",
        "!",
    ),
    *("    ", "# ", "- ", "1. ", "> ", "|", "---", '"', "'", "=", "{", "}", "{: .x}", "*[HT]: x"),
    *(":smile:", ":warning:", "\x02", "\x03", "klzzwxh:0000", "!", "HT", "text", "ſ", "K", "É"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=3)), max_size=30).map("".join)


def ours(text: str) -> str:
    """With this thread's parser, which has read other texts before."""
    slugger = Slugger()
    return convert(text, Title(None, slugger), slugger)


def theirs(text: str) -> str:
    """With a new parser and Python-Markdown's own loop over the inline patterns."""
    parser, slugger = Parser(), Slugger()
    parser.md.treeprocessors.register(InlineProcessor(parser.md), "inline", 20)
    return parser.convert(text, Title(None, slugger), slugger)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_inline_mark_up_is_the_same(text: str) -> None:
    """Whatever signs stand beside each other, no pattern that would match is left out."""
    assert ours(text) == theirs(text)


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.md")), ids=lambda file: file.stem)
def test_fixtures_are_the_same(file: Path) -> None:
    """Every habit of the fixtures comes out as with Python-Markdown's own steps."""
    given_texts = file.read_text(encoding="utf-8").split("\n.\n")[1::3]
    assert [ours(text) for text in given_texts] == [theirs(text) for text in given_texts]


def test_a_parser_forgets_the_document_before() -> None:
    """Definitions, notes, abbreviations and anchors of one document do not show in the next."""
    ours("# A\n\n[x]: /url\n\n[^1]: Note.\n\n*[HT]: Hyper\n\nOne.[^1]\n\n```sh\nls\n```\n")
    after = "# A\n\n[x] and [^1] and HT.\n\n```sh\nls\n```\n"
    assert ours(after) == theirs(after)


def test_a_failed_document_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that broke off in the middle of a document is not used again."""
    text = "One *two*."
    expected = ours(text)
    with monkeypatch.context() as patch:
        patch.setattr(Markdown, "convert", lambda self, source: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ours(text)
    assert ours(text) == expected


@pytest.mark.parametrize(
    "head", ["powershell", "PowerShell", "", "no-such-language", "text", "yaml", 'sh title="A"',
             'sh hl_lines="1"', 'sh linenums="1"', "{.sh .wide}", "{ .sh #anchor data-x=1 }"]
)  # fmt: skip
def test_coloured_code_is_the_same(head: str) -> None:
    """Lexers and formatters that are kept colour as new ones do, with options and without."""
    text = f"```{head}\n\nGet-Service -Name 'a' | Stop-Service  # <b> & c\nls: [1, 2]\n\n```\n"
    names = [name for name in EXTENSIONS if name != "pymdownx.highlight"]
    config = {name: value for name, value in SETTINGS.items() if name in names}
    quick = Markdown(extensions=[Code(), *names], extension_configs=config)
    stock = Markdown(extensions=list(EXTENSIONS), extension_configs=SETTINGS)
    for _ in range(2):
        assert quick.reset().convert(text) == stock.reset().convert(text)


def test_every_pattern_says_what_it_needs() -> None:
    """A pattern that is new or renamed would be tried on every text: right, but slow."""
    registry = Parser().md.inlinePatterns
    assert len(registry) == len(NEEDED)
    assert all(name in registry for name in NEEDED)
