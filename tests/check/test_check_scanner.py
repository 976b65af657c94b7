"""The scanner beside our own rules: same findings, same allowance, nothing of the value."""

from __future__ import annotations

import random
import string
import sys
from types import SimpleNamespace

import pytest
from docs_desk import Docs

from publisher import check
from publisher.check.secrets import kingfisher, scanner_of
from publisher.check.secrets.scan import UNREASONED, Finding, scan
from publisher.config import Config, Secrets
from publisher.errors import BadConfig
from publisher.model import Diagnostic, Entry
from publisher.source.documents import collect
from publisher.source.tree import Tree

ON = Config(secrets=Secrets(scanner="kingfisher"))
SETTINGS = '[secrets]\nscanner = "kingfisher"\n'
KIND = "a secret (Kingfisher's rule test.key)"


def _key(prefix: str, length: int) -> str:
    """Put together here, so that no scanner takes this file for a leak."""
    letters = random.Random(5).choices(string.ascii_letters + string.digits, k=length)
    return prefix + "".join(letters)


class StandIn:
    """Finds the word ``zebra``, as Kingfisher would."""

    def __init__(self, *, redact: bool) -> None:
        assert redact, "values are to be blacked out"

    def scan(self, text: str) -> list[SimpleNamespace]:
        lines = [n for n, line in enumerate(text.split("\n"), 1) if "zebra" in line]
        return [
            SimpleNamespace(visible=visible, rule_id="test.key", location={"line": line})
            for line in lines
            for visible in (True, False)
        ]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", SimpleNamespace(Scanner=StandIn))
    monkeypatch.setattr(kingfisher, "_scanner", kingfisher._scanner.__wrapped__)


def _secrets(text: str, config: Config = ON) -> list[Diagnostic]:
    raw = f"---\ntitle: T\norg: Acme\ntype: SOP\n---\n{text}".encode()
    tree = Tree(
        None, {"a.md": Entry("a.md", "", len(raw))}, lambda wanted: iter([raw] * len(wanted))
    )
    found = check.run(tree, collect(tree, config).parsed, config, {})
    return [one for one in found if one.code == "secret"]


@pytest.mark.usefixtures("stand_in")
def test_a_finding_has_the_shape_of_our_own() -> None:
    """Document, line, code and fix are those of any secret; the value is nowhere."""
    (found,) = _secrets("One.\n\nzebra-4711\n")
    assert (found.document, found.line, found.severity) == ("a.md", 8, "error")
    assert KIND in found.message
    assert "IT Glue password" in found.fix
    assert "4711" not in repr(found)
    assert _secrets("zebra-4711\n", Config()) == []


@pytest.mark.usefixtures("stand_in")
def test_both_look_and_a_line_is_reported_once() -> None:
    """Our own rule names a line that both find; what only one finds is found."""
    look = scanner_of(ON)
    both = scan("password: zebra-Hunter2!\nzebra\npassword: Hunter2!", also=look)
    assert both == [Finding(1, "a password"), Finding(2, KIND), Finding(3, "a password")]


@pytest.mark.usefixtures("stand_in")
def test_the_same_comment_lets_a_finding_pass() -> None:
    """On its line or the one before, and only with a reason."""
    look = scanner_of(ON)
    allow = "<!-- publisher: allow-secret an animal -->"
    assert scan(f"zebra {allow}", also=look) == scan(f"{allow}\nzebra", also=look) == []
    no_reason = scan("<!-- publisher: allow-secret -->\nzebra", also=look)
    assert no_reason == [Finding(1, UNREASONED), Finding(2, KIND)]


@pytest.mark.parametrize("command", [["check"], ["plan"], ["apply", "--yes"], ["preview"]])
def test_a_scanner_that_is_not_installed_is_named_with_what_to_type(
    command: list[str], docs: Docs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is published unscanned because a package is missing."""
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    done = docs.run(*command, code=1)
    assert "pip install 'itglue-publisher[secrets]'" in done.output
    with pytest.raises(BadConfig):
        scanner_of(ON)


@pytest.mark.usefixtures("stand_in")
def test_documents_are_scanned_when_the_scanner_is_turned_on(docs: Docs) -> None:
    """Also those that were published before, though no file has changed."""
    docs.save("publisher.toml", (docs.root / "publisher.toml").read_text().replace(SETTINGS, ""))
    docs.write("a", "zebra-4711")
    docs.commit()
    docs.apply()
    docs.save("publisher.toml", (docs.root / "publisher.toml").read_text() + SETTINGS)
    said = docs.run("plan", code=3).output
    assert KIND in said
    assert "4711" not in said


@pytest.fixture
def docs(tmp_path_factory: pytest.TempPathFactory) -> Docs:
    docs = Docs(tmp_path_factory.mktemp("desk"), SETTINGS)
    docs.write("first")
    docs.commit()
    return docs


@pytest.mark.slow
def test_kingfisher_finds_keys_that_our_own_rules_do_not_know() -> None:
    """The real one; slow, since it compiles its rules where no cache of them is kept."""
    pytest.importorskip("kingfisher_sdk")
    keys = [_key("npm_", 36), "dop_v1_" + "0f3b9c7a2e8d4615" * 4, _key("glpat-", 20)]
    text = "\n".join(["Keys, as öä:", *keys, "Nothing here: `Get-Service`."])
    assert len(scan(text)) == 1
    assert [one.line for one in scan(text, also=scanner_of(ON))] == [2, 3, 4]
