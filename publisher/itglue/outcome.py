"""What an outcome means: done, certainly not done, or unknown.

| outcome | read | write |
| --- | --- | --- |
| no connection | try again, then OutOfReach | OutOfReach: certainly not done |
| lost, 5xx, unreadable 2xx | try again, then OutOfReach | OutcomeUnknown: done or not |
| 401, 403 | BadKey | BadKey |
| 401 'Unauthorized resource access', 404 | there is no such record | Rejected |
| 429 | wait, try again, then Throttled | Throttled: certainly not done |
| other 4xx | Rejected | Rejected: certainly not done |
| redirect | OutOfReach | OutcomeUnknown |

IT Glue's errors (read from public issue reports): `status` is an integer, `detail` may be absent,
a string or an array of strings, `source.pointer` may be null. Its gateway answers
`{"message": …}`, and sometimes no JSON at all.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from publisher.errors import (
    BadKey,
    ITGlueError,
    OutcomeUnknown,
    OutOfReach,
    Rejected,
    Throttled,
)
from publisher.itglue.transport import Answer, Call, Lost, NotSent, Outcome

TRANSIENT = frozenset({500, 502, 503, 504})
NOT_YOURS = "Unauthorized resource access"
"""What IT Glue says (401) of an id that does not exist or that the key may not see."""
LONGEST_DETAIL = 300


def is_readable(outcome: Outcome) -> TypeGuard[Answer]:
    """A 2xx with a JSON object."""
    return _done(outcome) and outcome.document is not None


def is_good(outcome: Outcome, call: Call) -> TypeGuard[Answer]:
    """Readable, or an empty 2xx to a write (a DELETE may be answered so)."""
    empty = call.method != "GET" and _done(outcome) and outcome.size == 0
    return empty or is_readable(outcome)


def is_transient(outcome: Outcome) -> bool:
    """Whether a read may go better the next time."""
    if isinstance(outcome, Answer):
        return outcome.status in TRANSIENT or (_done(outcome) and outcome.document is None)
    return True


def is_too_slow(outcome: Outcome) -> bool:
    """Whether a smaller page may help: a time-out, here or at the gateway."""
    if isinstance(outcome, Answer):
        return outcome.status == 504
    return isinstance(outcome, Lost) and outcome.timed_out


def failed(outcome: Outcome) -> bool | None:
    """What the circuit breaker learns: True or False, or None for nothing."""
    if not isinstance(outcome, Answer):
        return True
    if outcome.status == 429:
        return None
    unreadable = _done(outcome) and outcome.document is None and outcome.size > 0
    return outcome.status >= 500 or unreadable


def is_absent(error: Rejected) -> bool:
    """Whether *error* says that there is no such record, as far as this key can see."""
    return error.status == 404 or (error.status == 401 and _says_not_yours(error.details))


def read_error(call: Call, outcome: Outcome, base_url: str) -> ITGlueError:
    """Why a read has failed for good."""
    if isinstance(outcome, Answer) and 400 <= outcome.status < 500:
        return _refusal(call, outcome)
    return OutOfReach(base_url, cause(outcome))


def write_error(call: Call, outcome: Outcome, base_url: str) -> ITGlueError:
    """Why a write is not known to be done."""
    if isinstance(outcome, NotSent):
        return OutOfReach(base_url, outcome.cause)
    if isinstance(outcome, Answer) and 400 <= outcome.status < 500:
        return _refusal(call, outcome)
    return OutcomeUnknown(call.method, call.path, cause(outcome))


def cause(outcome: Outcome) -> str:
    """A few words on what came instead of a readable answer."""
    if not isinstance(outcome, Answer):
        return outcome.cause
    if _done(outcome):
        return f"unreadable answer ({outcome.status}, {outcome.size} bytes)"
    where = outcome.headers.get("location", "")
    redirected = f" to {where}" if where and 300 <= outcome.status < 400 else ""
    return f"status {outcome.status}{redirected}"


def details(document: dict[str, Any] | None) -> list[str]:
    """What an error body says, in IT Glue's words."""
    if document is None:
        return []
    errors = document.get("errors")
    found = [_detail(error) for error in errors] if isinstance(errors, list) else []
    message = document.get("message") or document.get("error")
    if isinstance(message, str):
        found.append(message)
    return [text[:LONGEST_DETAIL] for text in found if text]


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    said = error.get("detail") or error.get("title") or ""
    text = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
    source = error.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    name = str(pointer or "").rpartition("/")[2]
    return f"{name}: {text}" if name and text else text


def _refusal(call: Call, answer: Answer) -> ITGlueError:
    said = details(answer.document)
    kind: type[BadKey | Rejected | Throttled] = Rejected
    if answer.status == 429:
        kind = Throttled
    elif answer.status == 403 or (answer.status == 401 and not _says_not_yours(said)):
        kind = BadKey
    return kind(answer.status, call.method, call.path, said)


def _says_not_yours(said: list[str] | tuple[str, ...]) -> bool:
    return any(NOT_YOURS.casefold() in text.casefold() for text in said)


def _done(outcome: Outcome) -> TypeGuard[Answer]:
    return isinstance(outcome, Answer) and 200 <= outcome.status < 300
