"""A plan from the state alone: for pull requests of forks, which get no key."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from docs_desk import Docs

SETTINGS = '[instances.production]\nregion = "us"\n'


def test_a_plan_that_trusts_the_state_needs_no_key(tmp_path: Path) -> None:
    """The state of the last publish is enough to say what a change would do."""
    docs = Docs(tmp_path, SETTINGS)
    docs.write("a")
    docs.commit()
    docs.apply()
    state = docs.root / ".publisher" / "local.db"
    docs.write("a", "New text.")
    docs.write("b")
    docs.commit()
    with contextlib.closing(sqlite3.connect(state)) as db, db:
        db.execute("""UPDATE meta SET value = '"production"' WHERE name = 'instance'""")
    state.rename(state.with_name("production.db"))
    words = ("--instance", "production", "plan", "--no-refresh", "--format", "markdown")
    said = docs.run(*words, ITGLUE_BASE_URL="http://127.0.0.1:8090").output
    assert "1 to create, 1 to update" in said
    assert "### Texts" not in said


def test_without_a_state_the_missing_key_is_named(tmp_path: Path) -> None:
    """Names of organizations must come from somewhere."""
    docs = Docs(tmp_path, SETTINGS)
    docs.write("a")
    docs.commit()
    said = docs.run("--instance", "production", "plan", "--no-refresh", code=1).output
    assert "ITGLUE_API_KEY_PRODUCTION" in said
