"""Injected trouble, as data: the nth request that matches a rule meets its action.

site.faults.add(Rule("POST", "/flexible_assets", Lost()))                  # committed, unheard
site.faults.add(Rule("GET", "/flexible_assets", Status(503), always=True))
site.faults.add(Rule(".*", ".*", Call(kill, when="after"), nth=7))

Several rules can meet one request: `Partly(2)` with `Lost()` carries two entries of a bulk request
out, and loses the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from publisher.simulator.errors import Json

When = Literal["before", "after"]
"""Before the request is carried out (it then never is), or after it was committed."""


class AnswerLost(Exception):
    """No answer reaches the client: the connection is gone.

    In process it comes out of the app, for the client's transport to treat as a lost connection;
    over a port the server really closes the connection.
    """


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection closes without an answer."""

    when: When = "after"


@dataclass(frozen=True, slots=True)
class Status:
    """An error status in place of the answer, as a gateway gives it."""

    status: int = 503
    when: When = "before"
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer hangs for some seconds; *when* says whether the commit comes before that."""

    seconds: float
    when: When = "after"


@dataclass(frozen=True, slots=True)
class Truncated:
    """The answer breaks off in the middle. With *drop* the connection does, else only the JSON."""

    drop: bool = False


@dataclass(frozen=True, slots=True)
class NotJson:
    """A body that is no JSON, such as a proxy's page."""

    status: int = 200
    when: When = "after"
    body: str = "<html><body>Bad gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Partly:
    """Of a bulk request only the first entries are carried out; the answer tells of these alone."""

    entries: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """Any function, called with the method and the path: to kill the process, to edit by hand."""

    function: Callable[[str, str], None]
    when: When = "before"


Action: TypeAlias = Lost | Status | Delay | Truncated | NotJson | Partly | Call
_KINDS: Mapping[str, Callable[..., Action]] = {
    "lost": Lost,
    "status": Status,
    "delay": Delay,
    "truncated": Truncated,
    "not-json": NotJson,
    "partly": Partly,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to the nth request that matches, counted from when the rule is added."""

    method: str
    """A regular expression for the whole method."""
    path: str
    """A regular expression for the whole path, without the query: ``/flexible_assets(/.*)?``."""
    action: Action
    nth: int = 1
    always: bool = False
    """Every matching request from the nth on, not just that one."""

    def matches(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.fullmatch(self.path, path))


class Faults:
    """The rules in force. They live in memory, with the site that they were added to."""

    def __init__(self) -> None:
        self._rules: dict[int, Rule] = {}
        self._seen: dict[int, int] = {}
        self._next = 1

    def add(self, rule: Rule) -> int:
        """Put *rule* in force and return its number.

        Raises:
            re.error: its method or path is no regular expression.
        """
        re.compile(rule.method)
        re.compile(rule.path)
        number, self._next = self._next, self._next + 1
        self._rules[number], self._seen[number] = rule, 0
        return number

    def remove(self, number: int) -> None:
        """Take a rule out of force; unknown numbers do not matter."""
        self._rules.pop(number, None)

    def clear(self) -> None:
        """Take all rules out of force."""
        self._rules.clear()

    @property
    def rules(self) -> Mapping[int, Rule]:
        """Rules in force by number."""
        return dict(self._rules)

    def meet(self, method: str, path: str) -> list[Action]:
        """Count a request and return the actions it meets. A rule that is used up is removed."""
        met: list[Action] = []
        for number, rule in list(self._rules.items()):
            if not rule.matches(method, path):
                continue
            self._seen[number] += 1
            if self._seen[number] >= rule.nth:
                met.append(rule.action)
                if not rule.always:
                    self.remove(number)
        return met


def rule_of(data: Mapping[str, Json]) -> Rule:
    """A rule from JSON: ``{"method", "path", "nth", "always", "action": "lost", "when", …}``.

    Raises:
        ValueError: it is not a rule.
    """
    kind = _KINDS.get(str(data.get("action")))
    if kind is None:
        raise ValueError(f"action must be one of {', '.join(_KINDS)}")
    own = {"method", "path", "nth", "always", "action"}
    try:
        action = kind(**{name: value for name, value in data.items() if name not in own})
        rule = Rule(
            str(data.get("method", ".*")),
            str(data.get("path", ".*")),
            action,
            int(data.get("nth", 1)),
            bool(data.get("always", False)),
        )
        re.compile(rule.method)
        re.compile(rule.path)
    except (TypeError, re.error) as problem:
        raise ValueError(str(problem)) from problem
    return rule


def describe(number: int, rule: Rule) -> dict[str, Json]:
    """A rule as JSON."""
    names: Mapping[object, str] = {kind: name for name, kind in _KINDS.items()}
    action = {} if isinstance(rule.action, Call) else asdict(rule.action)
    return {
        "id": number,
        "method": rule.method,
        "path": rule.path,
        "nth": rule.nth,
        "always": rule.always,
        "action": "call" if isinstance(rule.action, Call) else names[type(rule.action)],
        **action,
    }


def in_words(action: Action) -> str:
    """What a fault does, in a few words."""
    match action:
        case Lost(when="before"):
            return "request lost"
        case Lost():
            return "answer lost"
        case Status(status=status, when=when):
            return f"{status} instead" if when == "before" else f"{status}, though done"
        case Delay(seconds=seconds):
            return f"{seconds:g} s late"
        case Truncated():
            return "cut off"
        case NotJson():
            return "no JSON"
        case Partly(entries=entries):
            return f"only {entries} of several"
        case Call():
            return "a function called"
