"""Synchronous twins of asynchronous methods: one line each, with the same signature.

The class that holds them says how a coroutine is run to its end.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class Blocking(Protocol[C_co]):
    """Has an asynchronous client, and can wait for what it does."""

    @property
    def _client(self) -> C_co: ...

    def _run(self, work: Coroutine[Any, Any, T]) -> T: ...


def blocking(
    method: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Blocking[C], P], T]:
    """The twin of *method*, which waits for its result."""

    @functools.wraps(method)
    def twin(self: Blocking[C], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(method(self._client, *args, **kwargs))

    return twin
