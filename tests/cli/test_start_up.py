"""What a command imports: start-up is what every call of it pays."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"asyncio", "git", "httpx", "jinja2", "markdown", "pydantic", "pygments", "rich", "yaml"}
_LOADED = (
    "import sys; there = (name for name, module in sys.modules.items() if module);"
    "print(*sorted({name.partition('.')[0] for name in there}))"
)


def loaded(code: str) -> set[str]:
    """The top-level packages that are there after *code* in a new Python."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{_LOADED}"], check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_nothing_heavy() -> None:
    """`publisher --help` is answered by click and our own table of commands."""
    code = "from publisher.cli.main import group\ngroup(['--help'], standalone_mode=False)"
    assert not loaded(code) & HEAVY


def test_help_imports_few_modules() -> None:
    """A new import at the top of the command line would show here."""
    code = "import sys\nbefore = len(sys.modules)\nimport publisher.cli.main\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print(len(sys.modules) - before)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout) < 120


@pytest.mark.parametrize("room", ["publisher.model", "publisher.targets", "publisher.state"])
def test_a_state_is_opened_without_network_or_rendering(room: str) -> None:
    """What holds the facts needs neither the client's nor the renderer's libraries."""
    assert not loaded(f"import {room}") & (HEAVY - {"asyncio"})


def test_a_plan_of_nothing_new_loads_no_renderer() -> None:
    """What renders, fills in, draws and shows progress is loaded when there is something to do."""
    late = {"git", "jinja2", "markdown", "pygments", "pymdownx", "rich", "starlette", "uvicorn"}
    assert not loaded("import publisher.cli.plan") & (late | {"frontmatter", "yaml"})


def test_a_plan_of_nothing_new_loads_no_parser_and_no_check() -> None:
    """These come with the first document that is read, or with the output that needs them."""
    late = {"check", "gather.build", "gather.copies", "hosts", "plan.markdown", "render.markdown"}
    code = "import sys, publisher.cli.plan\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    there = set(done.stdout.split())
    assert not there & {f"publisher.{name}" for name in late}
    assert len(there) < 540  # 485 on Python 3.11; a module takes half a millisecond
