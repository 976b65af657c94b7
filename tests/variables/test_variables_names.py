"""Which files belong to which organization."""

from __future__ import annotations

import pytest

from publisher.model import Organization
from publisher.variables import BadTemplate, Shelf, is_override, overrides, read_values

ACME = Organization("1", "Acme Corp", "ACME")
BSP = Organization("2", "Baker, Stone & Partners", "BSP")
OTHER = Organization("3", "Müller GmbH", "Acme")
PATHS = ("sops/a.md", "sops/a.bsp.md", "sops/b.x.md", "vars/2.yaml", "vars/müller-gmbh.yml")


def test_files_are_found_by_name_short_name_and_id() -> None:
    """Lower case, and a dash for everything else."""
    shelf = Shelf((ACME, BSP, OTHER), PATHS)
    assert shelf.values(BSP) == "vars/2.yaml"
    assert shelf.values(OTHER) == "vars/müller-gmbh.yml"
    assert shelf.values(ACME) is None
    assert shelf.override("sops/a.md", BSP) == "sops/a.bsp.md"
    assert shelf.override("sops/a.md", ACME) is None
    assert shelf.of("sops/a.md", BSP) == ["sops/a.bsp.md", "vars/2.yaml"]
    assert Shelf((BSP,), ("vars/baker-stone-partners.yaml",)).values(BSP)


def test_a_file_never_serves_two_organizations() -> None:
    """A short name that is also another's would carry one client's values to the other."""
    shelf = Shelf((ACME, OTHER), ("vars/acme.yaml",))
    with pytest.raises(BadTemplate, match="2 organizations") as caught:
        shelf.values(ACME)
    assert caught.value.fix == "Name it by the id: 1 for Acme Corp."
    with pytest.raises(BadTemplate, match="are both for Acme Corp"):
        Shelf((ACME,), ("vars/acme.yaml", "vars/acme-corp.yaml")).values(ACME)


def test_overrides_stand_beside_their_document() -> None:
    """A file without a counterpart is a file like any other."""
    assert overrides({*PATHS}) == {"sops/a.bsp.md": ("sops/a.md", "bsp")}
    assert is_override("sops/a.bsp.md", "sops/a.md")
    assert not is_override("sops/a.md", "sops/a.md")
    assert not is_override("other/a.bsp.md", "sops/a.md")


def test_files_of_nobody_are_found() -> None:
    """A misspelt name is no reason to leave a client's values out in silence."""
    assert list(Shelf((ACME,), ("vars/acmee.yaml", "vars/acme.yaml")).strays()) == [
        "vars/acmee.yaml"
    ]
    assert Shelf((ACME,), ()).owners("vars/acme-corp.yaml") == {"1"}


def test_values_are_read_strictly() -> None:
    """Names that a template can write; the place of what is wrong."""
    assert read_values("vars/a.yaml", b"fw: 10.0.0.1\nn: 3\n").values == {"fw": "10.0.0.1", "n": 3}
    assert read_values("vars/a.yaml", b"\n").values == {}
    for raw, line in ((b"a: 1\nwi-fi: x\n", 2), (b"org: x", 1), (b"a: 1\na: 2\n", 2), (b"- x", 1)):
        with pytest.raises(BadTemplate) as caught:
            read_values("vars/a.yaml", raw)
        assert (caught.value.code, caught.value.path, caught.value.line) == (
            "bad-vars",
            "vars/a.yaml",
            line,
        )
