"""The floor: Python-Markdown with the same extensions and nothing else, on all cores.

`python tests/bench/bench_bare.py FOLDER` converts every Markdown file below FOLDER, one parser a
process that is reset between documents, and throws the HTML away.
"""

from __future__ import annotations

import multiprocessing
import sys
from functools import cache
from pathlib import Path

from markdown import Markdown

from publisher.render.markdown import EXTENSIONS, SETTINGS
from publisher.source.frontmatter import read


@cache
def parser() -> Markdown:
    return Markdown(extensions=list(EXTENSIONS), extension_configs=SETTINGS)


def convert(path: Path) -> int:
    parser().reset()
    return len(parser().convert(read(path.read_bytes()).body))


if __name__ == "__main__":
    paths = sorted(Path(sys.argv[1]).rglob("*.md"))
    with multiprocessing.get_context("spawn").Pool() as pool:
        total = sum(pool.imap(convert, paths, chunksize=16))
    sys.stdout.write(f"{len(paths)} documents, {total} characters of HTML\n")
