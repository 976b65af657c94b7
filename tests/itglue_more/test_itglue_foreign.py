"""A client written by others works against the simulator: PyPI's `itglue`, unchanged."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from glue import KEY, account, served

# By name: it comes without types, and mypy would take the folder tests/itglue for it.
itglue: Any = importlib.import_module("itglue")


@pytest.fixture
def foreign() -> Iterator[Any]:
    """The foreign library, pointed to a simulator on a port."""
    with account() as site, served(site) as base_url:
        itglue.connection.set_credentials(api_key=KEY, api_url=base_url)
        yield itglue
        itglue.connection.set_credentials()


def test_from_nothing_to_an_asset_and_back(foreign: Any) -> None:
    """It creates an organization, a type and an asset, finds, changes and deletes them."""
    organization = foreign.Organization(name="Harbour Dental", short_name="HD").create()
    assert foreign.Organization.find(organization.id).get_attr("name") == "Harbour Dental"
    fields = [
        foreign.FlexibleAssetField(
            order=1, name="Title", kind="Text", required=True, use_for_title=True
        ),
        foreign.FlexibleAssetField(order=2, name="Body", kind="Textbox"),
    ]
    kind = foreign.FlexibleAssetType(name="Runbook", icon="book", description="Steps")
    kind.create(flexible_asset_fields=fields)
    asset = foreign.FlexibleAsset(
        organization_id=organization.id,
        flexible_asset_type_id=kind.id,
        traits={"title": "Restart the server", "body": "<p>Once.</p>"},
    ).create()
    asset.set_trait("body", "<p>Twice.</p>")
    asset.update()
    (found,) = foreign.FlexibleAsset.filter(flexible_asset_type_id=kind.id)
    assert found.get_trait("body") == "<p>Twice.</p>"
    asset.delete()
    assert foreign.FlexibleAsset.filter(flexible_asset_type_id=kind.id) == []
    foreign.Organization.bulk_delete([organization])
    assert foreign.Organization.find_by(name="Harbour Dental") is None


def test_pages(foreign: Any) -> None:
    """It follows the links from page to page to the end."""
    for number in range(120):
        foreign.Organization(name=f"Client {number:03}").create()
    names = {one.get_attr("name") for one in foreign.Organization.get()}
    assert len(names) == 122
    assert {"Client 000", "Client 119", "Acme Corp"} <= names
