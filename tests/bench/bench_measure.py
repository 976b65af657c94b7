"""What a command costs: wall time, processor time of it and its children, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the repetitions."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, of all cores."""
    memory: float
    """MB; of the largest process."""
    output: bytes = b""


def measure(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    times: int = 3,
    accept: Sequence[int] = (0,),
    before: Callable[[], None] = lambda: None,
) -> Cost:
    """Run *command* several times, *before* each of them something that is not measured.

    Raises:
        RuntimeError: it ended with an exit code that is not among *accept*.
    """
    costs = []
    for _ in range(times):
        before()
        costs.append(_once([str(word) for word in command], cwd, env, accept))
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.memory for cost in costs),
        costs[-1].output,
    )


def _once(
    command: list[str], cwd: Path | None, env: Mapping[str, str] | None, accept: Sequence[int]
) -> Cost:
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise RuntimeError(f"{command}: exit code {process.returncode}\n{output[-2000:].decode()}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output)
