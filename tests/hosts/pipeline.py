"""Runs the shell steps of a workflow as a runner would, with the cache and the checkout imitated.

No expression language: ``${{ … }}`` is looked up in a table, and the caller says which job runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@dataclass
class Runner:
    """One machine for one job after the other; the cache outlives them."""

    folder: Path
    environment: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    """What expressions mean."""
    said: str = ""
    """All that the last job printed."""

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def run(self, origin: Path, commit: str, workflow: str, job: str) -> int:
        """Check *commit* out and run one job; give the exit code of the first step that failed."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        _git("clone", "--quiet", str(origin), str(work), cwd=self.folder)
        _git("checkout", "--quiet", commit, cwd=work)
        steps = yaml.safe_load((work / workflow).read_text("utf-8"))["jobs"][job]["steps"]
        self.said, code = "", 0
        for step in steps:
            if code == 0 or "always()" in str(step.get("if", "")):
                code = self._step(step, work) or code
        return code

    def _step(self, step: dict[str, Any], work: Path) -> int:
        if "cache/restore" in step.get("uses", ""):
            if self.cache.exists():
                shutil.copytree(self.cache, work / step["with"]["path"], dirs_exist_ok=True)
        elif "cache/save" in step.get("uses", ""):
            shutil.copytree(work / step["with"]["path"], self.cache, dirs_exist_ok=True)
        elif not step.get("run", "pipx install").startswith("pipx install"):
            return self._shell(step["run"], step.get("env", {}), work)
        return 0

    def _shell(self, script: str, env: dict[str, str], work: Path) -> int:
        given = {name: self._value(value) for name, value in env.items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=work,
            env={**os.environ, **self.environment, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said += done.stdout
        return done.returncode

    def _value(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self.values[found[1]], text)


def _git(*words: str, cwd: Path) -> None:
    subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True)
