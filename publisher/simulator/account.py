"""What every account holds from its first day, and what a seed adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.simulator.errors import Json
from publisher.simulator.resources import RESOURCES
from publisher.simulator.store import Record
from publisher.simulator.values import kebab

if TYPE_CHECKING:
    from publisher.simulator.site import Site

_LISTS: Mapping[str, Sequence[str]] = {
    "organization_types": ("Customer", "Vendor", "Partner", "Prospect", "Internal"),
    "organization_statuses": ("Active", "Inactive"),
    "contact_types": ("Decision Maker", "Approver", "End User", "Champion", "Influencer"),
    "configuration_types": (
        "Server", "Workstation", "Laptop", "Switch", "Firewall", "Router", "Access Point",
        "Printer", "NAS", "UPS",
    ),
    "configuration_statuses": ("Active", "Inactive", "Decommissioned"),
    "password_categories": ("Administrative", "Application", "Cloud Management", "Network"),
    "manufacturers": ("Dell", "HP", "Cisco", "Fortinet", "Synology", "Ubiquiti"),
    "platforms": ("Windows", "macOS", "Linux"),
}  # fmt: skip
_COUNTRIES = (
    ("Australia", "AU"),
    ("Germany", "DE"),
    ("United Kingdom", "GB"),
    ("United States", "US"),
)


def furnish(site: Site) -> None:
    """Fill the short lists and add one administrator."""
    with site.transaction():
        for resource, names in _LISTS.items():
            for name in names:
                site.store.insert(resource, {"name": name}, None, site.now())
        for name, iso in _COUNTRIES:
            site.store.insert("countries", {"name": name, "iso": iso}, None, site.now())
        user = {"first-name": "Site", "last-name": "Administrator", "name": "Site Administrator"}
        user |= {"email": "admin@msp.example", "role-name": "Administrator"}
        site.store.insert("users", user, None, site.now())


def load_seed(site: Site, seed: Mapping[str, Json]) -> None:
    """Add what *seed* describes and the account does not hold yet, by name.

    ``organizations``: name, short_name, organization_type, organization_status (or status), …
    ``types``: name, icon, description and ``fields``: name, kind, required, show_in_list,
    use_for_title, options, tag_type (for assets ``FlexibleAssetType: NAME``), hint, default.
    Any other resource (``configurations``, ``contacts``, ``locations``, …): its attributes, with
    ``organization`` by name; ``x_type: NAME`` and the like stand for ``x_type_id``.

    Raises:
        ApiError: the API would not take it.
        ValueError: a name in it is not known.
    """
    with site.transaction():
        for entry in seed.get("organizations") or ():
            _add(site, "organizations", _organization(entry))
        for entry in seed.get("types") or ():
            _add_type(site, entry)
        for resource in [name for name in seed if name not in ("organizations", "types")]:
            if resource not in RESOURCES:
                raise ValueError(f"the seed has an unknown part {resource!r}")
            for entry in seed[resource] or ():
                _add(site, resource, entry)


def named(site: Site, resource: str, name: str, organization: int | None = None) -> Record | None:
    """The record of that name, or None."""
    where, values = "resource = ? AND name = ?", [resource, name]
    if organization is not None:
        where, values = f"{where} AND organization_id = ?", [*values, str(organization)]
    return next(iter(site.store.select(where, values)), None)


def _organization(entry: Mapping[str, Json]) -> dict[str, Json]:
    attributes = dict(entry)
    if "status" in attributes:
        attributes["organization_status"] = attributes.pop("status")
    return {"organization_type": "Customer", "organization_status": "Active"} | attributes


def _add(site: Site, resource: str, entry: Mapping[str, Json]) -> None:
    definition, attributes = RESOURCES[resource], kebab(entry)
    for pointer, target in definition.references.items():
        name = attributes.pop(pointer.removesuffix("-id"), None)
        if name is not None:
            found = named(site, target, str(name))
            if found is None:
                raise ValueError(f"the seed names {name!r}, which is not among the {target}")
            attributes[pointer] = found.id
    name = attributes.get("name") or " ".join(
        str(attributes[part]) for part in ("first-name", "last-name") if attributes.get(part)
    )
    organization = attributes.get("organization-id")
    if named(site, resource, str(name), organization) is None:
        site.create(resource, attributes, actor="seed")


def _add_type(site: Site, entry: Mapping[str, Json]) -> None:
    if named(site, "flexible_asset_types", str(entry["name"])):
        return
    attributes = {key: value for key, value in entry.items() if key != "fields"}
    parent = site.create("flexible_asset_types", attributes, actor="seed")
    for field in entry.get("fields") or ():
        site.create("flexible_asset_fields", _field(site, field), parent=parent, actor="seed")


def _field(site: Site, entry: Mapping[str, Json]) -> dict[str, Json]:
    attributes = kebab(entry)
    if "default" in attributes:
        attributes["default-value"] = attributes.pop("default")
    tag = str(attributes.get("tag-type") or "")
    kind, _, name = (part.strip() for part in tag.partition(":"))
    if kind == "FlexibleAssetType" and not name.isdigit():
        target = named(site, "flexible_asset_types", name)
        if target is None:
            raise ValueError(f"the seed tags the type {name!r}, which it does not define before")
        attributes["tag-type"] = f"{kind}: {target.id}"
    return attributes
