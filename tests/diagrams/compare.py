"""Measures the renderers of Mermaid on the fixtures; ``docs/diagrams.md`` has the command.

Both are drawn in this process, one after the other, so that start-up is not what is compared. The
pictures are left in a folder, to be looked at: the numbers say nothing of legibility.
"""

from __future__ import annotations

import hashlib
import importlib
import statistics
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"
SEEDED = {"handDrawnSeed": 1, "deterministicIds": True}
ROUNDS = 3


def main(folder: Path) -> None:
    """Draw every fixture with each renderer that is installed, and print one line each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in (("mermaidx", {"config": SEEDED}), ("mmdr", {})):
        try:
            module = importlib.import_module(name)
        except ImportError:
            sys.stdout.write(f"{name}: not installed\n")
            continue
        _measure(name, module.render, options, folder)


def _measure(name: str, render: Callable[..., Any], options: Any, folder: Path) -> None:
    medians = []
    changing = []
    for path in sorted(FIXTURES.glob("*.mmd")):
        source = path.read_text(encoding="utf-8")
        seconds, pictures = [], set()
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            png: bytes = render(source, **options).png(background="#ffffff")
            seconds.append(time.perf_counter() - begun)
            pictures.add(hashlib.sha256(png).hexdigest())
        (folder / f"{path.stem}.{name}.png").write_bytes(png)
        medians.append(statistics.median(seconds))
        changing += [path.stem] if len(pictures) > 1 else []
        width, height = struct.unpack(">II", png[16:24])
        line = f"{path.stem:20} {name:9} {medians[-1] * 1000:6.0f} ms {width:5} x {height:<5}"
        sys.stdout.write(f"{line} {len(png) // 1000:4} kB\n")
    each = f"{min(medians) * 1000:.0f} to {max(medians) * 1000:.0f} ms"
    middle = statistics.median(medians) * 1000
    differ = f"differ from time to time: {', '.join(changing) or 'none'}"
    sys.stdout.write(f"{name}: {len(medians)} drawn, {each}, median {middle:.0f} ms; {differ}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "diagrams"))
