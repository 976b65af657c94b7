"""The sweep's table: every fault at every boundary, with the state kept, lost, or an older one.

    python tests/faults                 every single fault
    python tests/faults --pairs         and a second one at every boundary of the recovery
    python tests/faults --stage change --state lost
    python tests/faults --bulk 3        with several assets a request, perhaps a part done

Exit code 1 if a single run ended with a duplicate or a loss.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from fault_sweep import Case, StateIs, Sweep, Verdict, prepared  # noqa: E402 (the path comes first)

BOUNDARIES = ("read", "create", "upload", "update", "delete", "commit")
STATES: tuple[StateIs, ...] = ("kept", "lost", "older")


def main() -> int:
    options = _options()
    began = time.monotonic()
    cases = list(_cases(prepared(options.bulk), options))
    with ProcessPoolExecutor(options.jobs) as pool:
        _say(f"{len(cases)} runs in {options.jobs} processes …\n")
        judge = functools.partial(_judge, options.bulk)
        verdicts = list(pool.map(judge, cases, chunksize=20))
    for state in options.state:
        _table(state, [v for v in verdicts if v.case.state == state])
    bad = [verdict for verdict in verdicts if not verdict.good]
    for verdict in bad[:20]:
        _say(f"\n{verdict.case}\n  {'duplicate; ' * verdict.duplicate}{verdict.lost[:600]}")
    _say(
        f"\n{len(verdicts)} fault runs, {sum(v.met for v in verdicts)} met all their faults; "
        f"duplicates {sum(v.duplicate for v in verdicts)}, "
        f"losses {sum(bool(v.lost) for v in verdicts)}; {time.monotonic() - began:.0f} s"
    )
    return bool(bad)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ["publish", "change", "return"]
    parser.add_argument("--stage", action="append", choices=names, help="only this one; repeatable")
    parser.add_argument("--state", action="append", choices=STATES, help="only this; repeatable")
    parser.add_argument("--bulk", type=int, default=1, help="assets that one request writes")
    parser.add_argument("--pairs", action="store_true", help="two faults, one after the other")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    options.stage, options.state = options.stage or names, options.state or list(STATES)
    return options


def _cases(sweep: Sweep, options: argparse.Namespace) -> Iterator[Case]:
    for stage in options.stage:
        singles = [*sweep.singles(stage), *sweep.singles(stage, always=True)]
        for state in options.state:
            yield from (Case(stage, (strike,), state) for strike in singles)
        if options.pairs:
            yield from (Case(stage, pair) for pair in sweep.pairs(stage))


def _judge(bulk_size: int, case: Case) -> Verdict:
    return prepared(bulk_size).run(case)


def _table(state: StateIs, verdicts: Iterable[Verdict]) -> None:
    """Boundaries in columns, faults in lines."""
    runs: Counter[tuple[str, str]] = Counter()
    bad: Counter[tuple[str, str]] = Counter()
    for verdict in verdicts:
        place = _line(verdict.case), verdict.case.strikes[-1].where
        runs[place] += 1
        bad[place] += not verdict.good
    columns = [name for name in BOUNDARIES if any(where == name for _, where in runs)]
    _say(f"\nState {state}".ljust(46) + "".join(name.rjust(12) for name in columns))
    for line in dict.fromkeys(line for line, _ in runs):
        cells = (_cell(runs[line, where], bad[line, where]) for where in columns)
        _say(f"  {line}".ljust(45) + "".join(cell.rjust(12) for cell in cells))


def _line(case: Case) -> str:
    return " | ".join(strike.name for strike in case.strikes)


def _cell(runs: int, bad: int) -> str:
    return "" if not runs else f"{runs} good" if not bad else f"{bad} of {runs} BAD"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "Test", f"GIT_{role}_EMAIL": "test@example.test"}
    sys.exit(main())
