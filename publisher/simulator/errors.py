"""What the simulated API says when it refuses: the bodies that clients of IT Glue have recorded.

The format is JSON:API's, with IT Glue's habits: ``status`` is an integer, ``detail`` may be
absent, a sentence or a list of sentences, and ``source.pointer`` comes with or without a leading
slash, or null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any


class ApiError(Exception):
    """An answer with an error status; *body* goes out as it is."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, dict(headers or {})


def error(
    status: int, title: str, detail: str | list[str] | None = None, pointer: str | None = None
) -> Json:
    """One entry of ``errors``."""
    entry: dict[str, Json] = {"status": status, "title": title}
    if detail is not None:
        entry["detail"] = detail
    return entry | {"source": {"pointer": pointer}}


def refusal(
    status: int, title: str, detail: str | list[str] | None = None, pointer: str | None = None
) -> ApiError:
    """An error answer with one entry."""
    return ApiError(status, {"errors": [error(status, title, detail, pointer)]})


def invalid(pointer: str, *problems: str) -> ApiError:
    """422 for one attribute, its detail an array, as validations answer."""
    return unprocessable([(pointer, list(problems))])


def unprocessable(problems: list[tuple[str, list[str]]]) -> ApiError:
    """422 for several attributes at once: pairs of a pointer and what is wrong there."""
    entries = [
        {"source": {"pointer": pointer}, "detail": detail, "title": "Unprocessable Entity"}
        | {"status": 422}
        for pointer, detail in problems
    ]
    return ApiError(422, {"errors": entries})


def not_found() -> ApiError:
    """404 for an unknown path or id. IT Glue's own body is not recorded."""
    return refusal(404, "Not Found", "The requested resource could not be found")


def unauthorized() -> ApiError:
    """401 as it was recorded for ids that the key may not see."""
    return refusal(401, "Unauthorized", "Unauthorized resource access", "id")


def missing(parameter: str) -> ApiError:
    """400 as Rails words a missing parameter."""
    return refusal(400, "Bad Request", f"param is missing or the value is empty: {parameter}")


def forbidden() -> ApiError:
    """403 as Amazon API Gateway answers for a missing or wrong key."""
    return ApiError(403, {"message": "Forbidden"})
