"""An explicit-state model of how one asset comes to be, searched for ways to a second one.

The server may carry a POST out at any time up to `late` after it was sent, or never; lists may show
an asset up to `lag` after that. A runner may be slow between its intent and its request (up to
`slow`), lose answers, and die at any step; a run that ends without the asset is followed by others.
Everything happens in ticks of 30 seconds. The search visits every state that can be reached.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

TICK = 30
"""Seconds."""

Step = Literal["rest", "intend", "send", "wait", "note", "done"]
"""Between runs; about to commit the intent, to send, waiting, to commit the intent (too late)."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a runner creates. The defaults are publisher's own ways; times are in ticks."""

    settle: int
    slow: int
    late: int
    lag: int
    intent: Literal["before", "after"] = "before"
    """Whether the intent is committed before the POST leaves, or when its answer has come."""
    searches: bool = True
    """Whether a run looks for the marker first."""
    patient: bool = True
    """Whether a POST whose answer is lost is left for later runs, and not repeated at once."""


class Runner(NamedTuple):
    """One publisher, with a state of its own."""

    step: Step = "rest"
    intent: int | None = None
    """When the open intent was committed."""
    bound: int | None = None
    """The asset that its state knows."""


class Asset(NamedTuple):
    """One that the server holds."""

    number: int
    age: int
    listed: bool


class State(NamedTuple):
    """Everything at one moment."""

    now: int
    runners: tuple[Runner, ...]
    flying: tuple[tuple[int, int], ...]
    """(age, runner that waits for it, or -1) of requests that may yet be carried out."""
    assets: tuple[Asset, ...]
    made: int
    deaths: int
    """How often a runner may still die,"""
    losses: int
    """and an answer be lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search found."""

    twice: tuple[str, ...] | None
    """The shortest way to two assets at once; None if there is none."""
    stuck: tuple[str, ...] | None
    """The shortest way to an end that does not show exactly one asset."""
    states: int


def search(
    protocol: Protocol,
    *,
    runners: int = 1,
    deaths: int = 1,
    losses: int = 1,
    until: int = 20,
    only_twice: bool = False,
) -> Outcome:
    """Visit every state that can be reached in *until* ticks; or, with *only_twice*, the shortest
    way to a second asset alone."""
    start = State(0, (Runner(),) * runners, (), (), 0, deaths, losses)
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    twice = stuck = None
    while queue:
        state = queue.popleft()
        if twice is None and len(state.assets) > 1:
            twice = _way(came, state)
            if only_twice:
                break
        if stuck is None and _is_over(state, protocol) and len(state.assets) != 1:
            stuck = _way(came, state)
        for said, following in _moves(state, protocol, until):
            if following not in came:
                came[following] = state, said
                queue.append(following)
    return Outcome(twice, stuck, len(came))


def _way(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    said: list[str] = []
    while before := came[state]:
        said.append(f"{state.now * TICK:>4} s: {before[1]}")
        state = before[0]
    return tuple(reversed(said))


def _is_over(state: State, protocol: Protocol) -> bool:
    """All are done, nothing is under way, and no later run would find anything to do."""
    quiet = all(runner.step == "done" for runner in state.runners) and not state.flying
    return (
        quiet
        and all(asset.listed for asset in state.assets)
        and not any(
            list(_look(state, number, runner, protocol))
            for number, runner in enumerate(state.runners)
        )
    )


Move = tuple[str, State]


def _moves(state: State, protocol: Protocol, until: int) -> Iterator[Move]:
    for number, runner in enumerate(state.runners):
        yield from _steps(state, number, runner, protocol)
        if state.deaths and runner.step not in ("rest", "done"):
            dead = _with(state, number, runner._replace(step="rest"))
            flying = tuple((age, -1 if who == number else who) for age, who in state.flying)
            yield f"runner {number} dies", dead._replace(flying=flying, deaths=state.deaths - 1)
    yield from _carried_out(state, protocol)
    for asset in state.assets:
        if not asset.listed:
            yield f"asset {asset.number} is listed", _listed(state, asset)
    if state.now < until and not _is_urgent(state, protocol):
        yield "time passes", _later(state, protocol)


def _steps(state: State, number: int, runner: Runner, protocol: Protocol) -> Iterator[Move]:
    """What a runner does next."""
    name = f"runner {number}"
    match runner.step:
        case "rest" | "done":
            yield from _look(state, number, runner, protocol)
        case "intend":
            told = runner._replace(step="send", intent=state.now)
            yield f"{name} commits its intent", _with(state, number, told)
        case "send":
            sent = _with(state, number, runner._replace(step="wait"))
            yield f"{name} sends", sent._replace(flying=(*state.flying, (0, number)))
        case "note":
            noted = runner._replace(step="done", intent=None)
            yield f"{name} commits", _with(state, number, noted)
        case "wait":
            if not any(who == number for _, who in state.flying):  # it was never carried out
                yield f"{name} hears nothing", _unheard(state, number, runner, protocol)


def _look(state: State, number: int, runner: Runner, protocol: Protocol) -> Iterator[Move]:
    """A run begins: it lists, and decides."""
    name = f"runner {number}"
    listed = [asset.number for asset in state.assets if asset.listed]
    if protocol.searches and listed:
        oldest = min(listed)
        left = tuple(a for a in state.assets if not a.listed or a.number == oldest)
        found = runner._replace(step="done", intent=None, bound=oldest)
        following = _with(state, number, found)._replace(assets=left)
        if following != state:
            yield f"{name} finds {listed}, keeps {oldest}", following
    elif runner.bound is None and _may_create(state, runner, protocol):
        step: Step = "intend" if protocol.intent == "before" else "send"
        yield f"{name} finds nothing", _with(state, number, runner._replace(step=step))


def _may_create(state: State, runner: Runner, protocol: Protocol) -> bool:
    return runner.intent is None or state.now - runner.intent >= protocol.settle


def _carried_out(state: State, protocol: Protocol) -> Iterator[Move]:
    for flight in dict.fromkeys(state.flying):
        _, who = flight
        flying = list(state.flying)
        flying.remove(flight)
        asset = Asset(state.made, 0, protocol.lag == 0)
        done = state._replace(
            flying=tuple(flying), assets=(*state.assets, asset), made=state.made + 1
        )
        if who < 0:
            yield f"asset {asset.number} is made, nobody hears of it", done
            continue
        runner = state.runners[who]
        step: Step = "note" if protocol.intent == "after" else "done"
        heard = runner._replace(step=step, intent=None, bound=asset.number)
        yield f"asset {asset.number} is made, runner {who} hears of it", _with(done, who, heard)
        if state.losses:
            lost = _unheard(done, who, runner, protocol)._replace(losses=state.losses - 1)
            yield f"asset {asset.number} is made, the answer to runner {who} is lost", lost
    if state.losses:
        for number, runner in enumerate(state.runners):
            if runner.step == "wait":
                flying = [(age, -1 if who == number else who) for age, who in state.flying]
                gave_up = _unheard(state._replace(flying=tuple(flying)), number, runner, protocol)
                yield f"runner {number} times out", gave_up._replace(losses=state.losses - 1)


def _unheard(state: State, number: int, runner: Runner, protocol: Protocol) -> State:
    """No answer came: the run ends, and the intent stays; or the impatient one sends again."""
    return _with(state, number, runner._replace(step="rest" if protocol.patient else "send"))


def _listed(state: State, asset: Asset) -> State:
    assets = tuple(a._replace(age=0, listed=True) if a == asset else a for a in state.assets)
    return state._replace(assets=assets)


def _is_urgent(state: State, protocol: Protocol) -> bool:
    """Whether something must happen before time may pass: nothing is later than it can be."""
    slow = any(
        r.step in ("intend", "note")
        or (r.step == "send" and (r.intent is None or state.now - r.intent >= protocol.slow))
        for r in state.runners
    )
    return slow or any(not a.listed and a.age >= protocol.lag for a in state.assets)


def _later(state: State, protocol: Protocol) -> State:
    """A tick on. What is not carried out by its last moment never is."""
    flying = tuple((age + 1, who) for age, who in state.flying if age < protocol.late)
    assets = tuple(a if a.listed else a._replace(age=a.age + 1) for a in state.assets)
    return state._replace(now=state.now + 1, flying=flying, assets=assets)


def _with(state: State, number: int, runner: Runner) -> State:
    runners = list(state.runners)
    runners[number] = runner
    return state._replace(runners=tuple(runners))
