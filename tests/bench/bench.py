"""The benchmarks: `make bench`, or `python tests/bench/bench.py --help`.

Makes corpora, publishes them at once into the embedded IT Glue, and times the commands as a user
runs them, beside other tools on the same corpus. Prints a Markdown table. Nothing here is part
of the tests: it takes minutes, and wants a quiet machine.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import bench_corpus as corpus
from bench_confluence import Confluence, serving
from bench_corpus import INSTANCE, Paths
from bench_measure import Cost, measure

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PUBLISHER = BIN / "publisher"
PEERS = {"md2conf": "markdown-to-confluence==0.6.5", "mkdocs": "mkdocs==1.6.1"}
MD2CONF = [
    "--no-render-mermaid",
    "--no-render-drawio",
    "--no-render-plantuml",
    "--no-render-latex",
    "-d",
    "example.atlassian.net",
    "-p",
    "/wiki/",
    "-s",
    "SPACE",
    "-a",
    "dummy",
    "-l",
    "error",
]


RATIOS: list[str] = []
"""Sentences to be written below the table."""


def row(*cells: object) -> None:
    sys.stdout.write("| " + " | ".join(map(str, cells)) + " |\n")
    sys.stdout.flush()


def shown(what: str, count: int, cost: Cost, requests: object = "") -> Cost:
    row(what, f"{count:,}", f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.memory:.0f}", requests)
    return cost


@contextlib.contextmanager
def simulator(paths: Paths, *words: str) -> Iterator[str]:
    """Serve the account of a corpus; gives its address."""
    command = [str(PUBLISHER), "simulator", "serve", "--db", str(paths.account), "--port", "0"]
    with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def plan(
    docs: Path, address: str, *words: str, times: int, before: Callable[[], None] = lambda: None
) -> tuple[Cost, int]:
    """Cost and requests of one `publisher plan`."""
    env = {"ITGLUE_BASE_URL": address, "ITGLUE_API_KEY": "bench"}
    command = [str(PUBLISHER), "--repo", str(docs), "--instance", INSTANCE, "plan"]
    command += ["--format", "json", *words]
    cost = measure(command, env=env, times=times, before=before)
    text = cost.output[cost.output.index(b"{\n") :]
    return cost, int(json.loads(text)["requests"]["used"])


def unchanged(folder: Path, count: int, times: int) -> dict[str, float]:
    """Plans in which nothing changed, and one with an edit."""
    paths = Paths(folder / f"docs-{count}")
    # In a process of its own: what a process is started from counts as its memory at first.
    script = [sys.executable, str(HERE / "bench_published.py"), str(paths.root), str(count)]
    subprocess.run(script, check=True)
    walls: dict[str, float] = {}
    with simulator(paths) as address:
        # What was published seconds before the last scan is read again once.
        plan(paths.docs, address, times=1)
        for what, words in (
            ("unchanged, `--no-refresh`", ["--no-refresh"]),
            ("unchanged, refresh", []),
            ("unchanged, `--full-refresh`", ["--full-refresh"]),
        ):
            repeated = 1 if "--full-refresh" in words else times
            cost, requests = plan(paths.docs, address, *words, times=repeated)
            walls[what] = shown(f"plan, {what}", count, cost, requests).cpu
        corpus.edit(paths.docs, count // 2, "One more line.")
        cost, requests = plan(paths.docs, address, "--no-refresh", times=times)
        shown("plan after one edit, `--no-refresh`", count, cost, requests)
        cost, requests = plan(paths.docs, address, times=times)
        shown("plan after one edit, refresh", count, cost, requests)
    return walls


def cold(folder: Path, count: int, times: int) -> None:
    """The first plan, bare Python-Markdown and the peers, on the same documents."""
    paths = Paths(folder / f"cold-{count}")
    corpus.make(paths.docs, count, checkout=True)
    account = folder / "account.yaml"
    account.write_text(json.dumps(corpus.seed()))  # JSON is YAML

    def forget() -> None:
        shutil.rmtree(paths.docs / ".publisher", ignore_errors=True)

    with simulator(paths, "--seed", str(account)) as address:
        ours, requests = plan(paths.docs, address, times=times, before=forget)
        shown("cold plan", count, ours, requests)
        again, requests = plan(paths.docs, address, times=times)
        shown("the same again, as apply does, pages from the cache", count, again, requests)
    bare = measure([sys.executable, HERE / "bench_bare.py", paths.docs / "clients"], times=times)
    shown("bare Python-Markdown, same extensions, all cores", count, bare)
    others = {name: peer(name, folder, paths.docs, times) for name in PEERS}
    for name, cost in others.items():
        shown(f"{PEERS[name]}", count, cost)
    md2conf_requests(folder, paths.docs)
    for name, cost in {"bare Python-Markdown": bare, **others}.items():
        wall, cpu = cost.wall / ours.wall, cost.cpu / ours.cpu
        text = f"cold plan against {name}: {wall:.2f} times as fast, {cpu:.2f} by CPU time"
        RATIOS.append(text)


def peer(name: str, folder: Path, docs: Path, times: int) -> Cost:
    """A peer on a copy of the documents, in an environment of its own."""
    home = environment(name, folder)
    copy = folder / f"{name}-docs"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(docs / "clients", copy)
    if name == "md2conf":
        words = [str(home / "bin" / "md2conf"), "--local", *MD2CONF, str(copy)]
        return measure(words, times=times)
    settings = folder / "mkdocs.yml"
    settings.write_text(f"site_name: Bench\ndocs_dir: {copy}\nplugins: []\n")
    words = ["build", "-q", "-f", str(settings), "-d", str(folder / "site")]
    return measure([str(home / "bin" / "mkdocs"), *words], times=times)


def environment(name: str, folder: Path) -> Path:
    """The folder of an environment with a peer in it."""
    home = folder / name
    if not home.exists():
        subprocess.run(["uv", "venv", "-q", home], check=True)
        python = home / "bin" / "python"
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, PEERS[name]], check=True)
    return home


def md2conf_requests(folder: Path, docs: Path) -> None:
    """What md2conf sends to a stand-in for Confluence, for new pages and for unchanged ones."""
    copy = folder / "md2conf-some"
    shutil.rmtree(copy, ignore_errors=True)
    for client in sorted((docs / "clients").iterdir())[:30]:
        shutil.copytree(client, copy / client.name)
    pages = len([*copy.rglob("*.md")])
    program = str(environment("md2conf", folder) / "bin" / "md2conf")
    confluence = Confluence()
    with serving(confluence) as address:
        words = [program, "--api-url", address, "-u", "bench", "-r", "2", *MD2CONF, str(copy)]
        for what in ("new pages", "nothing changed"):
            confluence.requests.clear()
            cost = measure(words, times=1)
            sent = confluence.requests.total()
            shown(f"md2conf against a stand-in, {what}", pages, cost, f"{sent:,}")


def cache_search(count: int) -> None:
    """The metadata cache's answers to `cache search`, in this process."""
    from bench_cache import searches  # late, for the sake of the memory of what is measured

    for name, seconds in searches(count).items():
        row(f"metadata cache, {name}", f"{count:,}", f"{seconds:.4f}", "", "", 0)


def start_up(times: int) -> None:
    shown("`publisher --help`", 0, measure([PUBLISHER, "--help"], times=max(times, 5)))
    shown("an empty Python, for comparison", 0, measure([sys.executable, "-c", ""], times=5))


def preview(folder: Path, count: int) -> None:
    """From the command to the first page in hand."""
    docs = folder / f"cold-{count}" / "docs"
    if not docs.exists():
        corpus.make(docs, count, checkout=True)
    started = time.perf_counter()
    command = [str(PUBLISHER), "--repo", str(docs), "preview", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        ready = time.perf_counter() - started
        urllib.request.urlopen(address).read()
        first = time.perf_counter() - started
        process.terminate()
    row(f"preview, first page (listens at {ready:.2f} s)", f"{count:,}", f"{first:.2f}", "", "", 0)


def exponents(found: dict[int, dict[str, float]]) -> None:
    """How processor time grows with the documents: 1 is linear, 2 would be quadratic."""
    counts = sorted(found)
    for few, many in itertools.pairwise(counts):
        for what in found[few]:
            grown = math.log(found[many][what] / found[few][what]) / math.log(many / few)
            sys.stdout.write(f"growth of {what} from {few:,} to {many:,}: n^{grown:.2f}\n")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", default="1000,10000,100000", help="documents, with commas")
    words.add_argument("--cold", type=int, default=1000, help="documents of the cold plan; 0: none")
    words.add_argument("--preview", default="1000,10000", help="documents of the preview")
    words.add_argument("--cache", type=int, default=100_000, help="records of the metadata cache")
    words.add_argument("--times", type=int, default=3, help="repetitions, of which the median")
    words.add_argument("--folder", type=Path, help="where to work; kept, if it is named")
    given = words.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # everybody may keep what was compiled
    sizes = [int(size) for size in given.sizes.split(",") if size]
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        load = os.getloadavg()[0]
        sys.stdout.write(
            f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f},"
            f" medians of {given.times}\n\n"
        )
        row("what", "documents", "wall, s", "CPU, s", "peak, MB", "requests")
        row("---", "---:", "---:", "---:", "---:", "---:")
        start_up(given.times)
        found = {size: unchanged(folder, size, given.times) for size in sizes}
        if given.cold:
            cold(folder, given.cold, given.times)
        for size in given.preview.split(","):
            if size:
                preview(folder, int(size))
        if given.cache:
            cache_search(given.cache)
        sys.stdout.write("\n" + "".join(f"{text}\n" for text in RATIOS))
        if len(found) > 1:
            exponents(found)


if __name__ == "__main__":
    main()
