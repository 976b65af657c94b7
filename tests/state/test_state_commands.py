"""``publisher state``: show, rebuild, forget and unlock, as a user types them."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from local_docs import DocsRepository

from publisher.state import Lease, Store, open_store
from publisher.state.process import host as this_host
from publisher.targets import Intent


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    made = DocsRepository(tmp_path / "docs")
    assert made.run("apply", "--yes").exit_code == 0
    return made


def open_state(docs: DocsRepository) -> Store:
    return open_store(f"sqlite:///{docs.root}/.publisher/local.db", docs.root, {})


def test_show_lists_ids_hashes_and_times_but_no_text(docs: DocsRepository) -> None:
    """Enough to see what is bound to what; nothing that a document says."""
    shown = docs.run("state", "show")
    assert shown.exit_code == 0
    keys = [target["key"] for target in docs.state()["targets"]]
    assert len(keys) == 2
    assert all(key in shown.output for key in keys)
    assert (shown.output.count("asset "), "Locked" in shown.output) == (2, False)
    state = docs.state()
    assert (state["format_version"], state["repository"], state["lease"]) == (1, "small", None)
    assert state["runs"][0]["applied"] == 2
    assert re.fullmatch(r"[\dT:-]+\+00:00", state["targets"][0]["published_at"])
    assert "Some text" not in str(state)


def test_show_needs_no_key_and_no_it_glue(docs: DocsRepository) -> None:
    """It looks at the state alone."""
    shown = docs.run("--instance", "local", "state", "show")
    assert shown.exit_code == 0
    docs.write("publisher.toml", '[docs]\nid = "small"\n[instances.far]\nregion = "eu"\n')
    assert "Targets   0" in docs.run("--instance", "far", "state", "show").output


def test_a_forgotten_target_is_found_again_by_its_marker(docs: DocsRepository) -> None:
    """The asset stays, and neither the next plan nor the next apply has anything to do."""
    key = docs.state()["targets"][0]["key"]
    done = docs.run("state", "forget", key)
    assert (done.exit_code, f"Forgot {key}" in done.output) == (0, True)
    assert len(docs.state()["targets"]) == 1
    assert docs.json("plan")["summary"]["unchanged"] == 2
    assert docs.json("apply", "--yes")["applied"] == 0
    assert len(docs.state()["targets"]) == len(docs.assets()) == 2


def test_a_misspelt_key_forgets_nothing(docs: DocsRepository) -> None:
    """Also when another one given is right; a near key is named."""
    key = docs.state()["targets"][0]["key"]
    done = docs.run("state", "forget", key, key.replace("a1", "a2"))
    assert (done.exit_code, f"Did you mean {key}?" in done.output) == (1, True)
    assert len(docs.state()["targets"]) == 2


def test_rebuild_replaces_the_targets_by_what_the_markers_say(docs: DocsRepository) -> None:
    """A wrong row goes, a document that is gone is found, a create under way stays under way."""
    store = open_state(docs)
    wrong = next(iter(store.known().values()))
    store.begin(Intent("later@1", "asset", "", "try1", store.now(), "later.md"))
    store.bind(dataclasses.replace(wrong, key="nobody@1"), instead_of=wrong.key)
    store.close()
    (docs.root / "b.md").unlink()
    docs.commit()
    refused = docs.run("state", "rebuild", answer="n\n")
    assert (refused.exit_code, len(docs.state()["targets"])) == (0, 2)
    assert any(target["key"] == "nobody@1" for target in docs.state()["targets"])
    found = docs.json("state", "rebuild", "--yes")
    assert (found["before"], found["missing"], found["pending"]) == (2, ["nobody@1"], ["later@1"])
    assert [t["document_gone"] for t in found["targets"]] == [False, True]
    assert {t["asset_id"] for t in found["targets"]} == {str(a["id"]) for a in docs.assets()}
    assert len(docs.state()["intents"]) == 1
    assert docs.json("plan")["summary"]["archive"] == 1


def test_a_rebuilt_state_leaves_nothing_to_do(docs: DocsRepository) -> None:
    """Rebuilt from nothing, too: for a state that was lost or damaged."""
    for path in (docs.root / ".publisher").glob("local.db*"):
        path.unlink()
    done = docs.run("state", "rebuild", "--yes")
    assert (done.exit_code, "Ours: 2 of documents" in done.output) == (0, True)
    assert docs.json("plan", "--no-refresh")["summary"]["unchanged"] == 2


def test_a_lease_of_a_living_run_locks_apply_but_not_plan(docs: DocsRepository) -> None:
    """Exit 3, and whose it is; `state unlock` asks, and breaks it."""
    store = open_state(docs)
    assert store.acquire(Lease("t", "jane@ci", "elsewhere", 1, "https://ci.test/7"), 60) is None
    store.close()
    assert docs.run("plan").exit_code == 0
    for words in (["apply", "--yes"], ["state", "rebuild", "--yes"]):
        locked = docs.run(*words)
        assert locked.exit_code == 3
        assert "locked by jane@ci, https://ci.test/7" in locked.output
    shown = docs.run("state", "unlock", answer="n\n")
    assert "Locked by jane@ci, https://ci.test/7." in shown.output
    assert docs.state()["lease"]["owner"] == "jane@ci"
    assert "Unlocked" in docs.run("state", "unlock", "--yes").output
    assert "is not locked" in docs.run("state", "unlock").output
    assert docs.run("apply", "--yes").exit_code == 0


def test_a_lease_of_a_dead_process_of_this_host_is_broken_at_once(docs: DocsRepository) -> None:
    """Nobody waits two minutes for a run that was killed here; elsewhere its lease must expire."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    for host, code in (("elsewhere", 3), (this_host(), 0)):
        store = open_state(docs)
        for held in store.leases():
            store.release(held.token)
        store.acquire(Lease("t", "jane", host, process.pid), 60)
        store.close()
        assert docs.run("apply", "--yes").exit_code == code
    store = open_state(docs)
    store.acquire(Lease("t", "jane", this_host(), os.getpid()), 60)
    store.close()
    assert docs.run("apply", "--yes").exit_code == 3


def test_a_native_document_has_the_id_that_it_glue_shows(tmp_path: Path) -> None:
    """And is called a document; how the state tells it from an asset is nobody's business."""
    docs = DocsRepository(tmp_path / "docs", [])
    docs.write("n.md", "---\nid: n1\norg: Acme Corp\ntype: document\n---\n# N\n\nText.\n")
    docs.commit()
    (done,) = docs.json("apply", "--yes")["targets"]
    asset_id, key = done["asset_id"], done["key"]
    assert asset_id.isdecimal()
    for named in (docs.state(), docs.json("why", "n.md")):
        (target,) = named["targets"]
        assert (target["asset_id"], target["type_id"]) == (asset_id, "document")
    assert f"  document {asset_id}  " in docs.run("state", "show").output
    assert f"    document   {asset_id}, last changed" in docs.run("why", "n.md").output
    assert f"(document {asset_id}, which stays)" in docs.run("state", "forget", key).output
