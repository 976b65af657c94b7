"""Each safety check through the command line: its numbers, and the one flag that overrides it."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_desk import Docs
from plans import action, drift, plan

from publisher.plan import Policy
from publisher.plan.safety import CHECKS, first_refusal, refusals


def made(folder: Path, settings: str, count: int) -> Docs:
    docs = Docs(folder, settings)
    for number in range(count):
        docs.write(f"p{number}")
    docs.commit()
    docs.apply("--force", "max-change-percent")
    return docs


def refused(docs: Docs, check: str, words: str) -> None:
    """Refused with *words*, nothing written; done with that one flag, and with no other."""
    before = docs.live()
    for flags in ([], ["--force", next(other for other in CHECKS if other != check)]):
        said = docs.apply(*flags, code=3)
        assert words in said
        assert f"--force {check}" in said
        assert docs.live() == before
    docs.apply("--force", check)


def test_too_many_removals(tmp_path: Path) -> None:
    """More than max_deletes."""
    docs = made(tmp_path, "max_deletes = 1\nmax_change_percent = 100\n", 3)
    docs.git("rm", "-q", "p0.md", "p1.md")
    docs.commit()
    refused(docs, "max-deletes", "2 assets would be removed, more than max_deletes = 1")
    assert docs.live() == ["Page p2"]


def test_too_large_a_share(tmp_path: Path) -> None:
    """More than max_change_percent, from ten known targets on."""
    docs = made(tmp_path, "max_change_percent = 30\n", 10)
    for number in range(4):
        docs.write(f"p{number}", "Other text.")
    docs.commit()
    refused(docs, "max-change-percent", "4 of 10 known targets (40.0 %) would change")


def test_few_targets_may_all_change(tmp_path: Path) -> None:
    """A share of nine says nothing."""
    docs = made(tmp_path, "max_change_percent = 30\n", 9)
    for number in range(9):
        docs.write(f"p{number}", "Other text.")
    docs.commit()
    assert "Applied 9 of 9" in docs.apply()


def test_an_emptied_source(tmp_path: Path) -> None:
    """A moved folder or a broken glob must not archive everything."""
    docs = made(tmp_path, "", 2)
    docs.git("rm", "-q", "p0.md", "p1.md")
    docs.commit()
    refused(docs, "empty-source", "no document is left, 2 assets would go")


def test_another_base_url(tmp_path: Path) -> None:
    """The state of one account is no state of another."""
    docs = made(tmp_path, "", 1)
    docs.set_meta("base_url", "https://api.eu.itglue.com")
    docs.write("p1")
    docs.commit()
    refused(docs, "base-url", "the state was published to https://api.eu.itglue.com")


def test_another_type(tmp_path: Path) -> None:
    """A new asset and an archived one, where people know the old one."""
    docs = made(tmp_path, "", 2)
    page = docs.root / "p0.md"
    page.write_text(page.read_text().replace("type: SOP", "type: Runbook"))
    docs.commit()
    refused(docs, "type-change", "1 target(s) change their asset type")


def test_another_organization(tmp_path: Path) -> None:
    """One client's text must not go to the next by a slip of the pen."""
    docs = made(tmp_path, "", 2)
    with docs.site() as site:
        names = [docs._name(site, record) for record in site.all("organizations")]
    other = next(name for name in names if name != "Acme Corp")
    docs.write("p0", org=f'"{other}"')
    docs.commit()
    refused(docs, "organization-change", "1 target(s) change their organization")


def test_drift_under_refuse(tmp_path: Path) -> None:
    """plan shows it and exits 0, apply writes nothing at all."""
    docs = made(tmp_path, 'on_drift = "refuse"\n', 2)
    docs.edit("Page p0", body="<p>Edited.</p>")
    docs.write("p1", "New text.")
    docs.commit()
    assert docs.plan()["summary"]["drift"] == 1
    refused(docs, "drift", "1 target(s) were edited in IT Glue")


@pytest.mark.parametrize("spelled", ["max_deletes", "max-deletes"])
def test_a_check_is_named_either_way(spelled: str) -> None:
    """As in publisher.toml, or as an option would be spelled."""
    whole = plan(*(action("archive", n) for n in range(3)), unchanged=50)
    found = refusals(whole, Policy(), max_deletes=1, max_change_percent=100)
    assert first_refusal(found, [spelled]) is None


def test_duplicates_count_towards_nothing() -> None:
    """Tidying up our own second assets is no mass deletion."""
    doubles = (action("delete", n, duplicate=True) for n in range(30))
    found = refusals(plan(*doubles, unchanged=30), Policy(), max_deletes=1, max_change_percent=1)
    assert list(found) == []


def test_a_drift_alone_empties_no_source() -> None:
    """What is kept as it was edited is still a document."""
    whole = plan(action("archive", 1), drifts=(drift(2),))
    assert list(refusals(whole, Policy(), max_deletes=10, max_change_percent=100)) == []


def test_a_document_that_leaves_one_of_several_organizations_is_no_change_of_it() -> None:
    """A removal alone: the text is shown to nobody new."""
    whole = plan(action("archive", 1, 2), action("update", 1, 3), unchanged=20)
    assert list(refusals(whole, Policy(), max_deletes=10, max_change_percent=100)) == []
