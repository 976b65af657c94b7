"""Open questions on lists, keys, links and the request limit."""

from __future__ import annotations

import secrets

import httpx
from live_account import Account, data, said
from probes import probe

MOST = 3500
"""Requests after which no 429 is expected any more."""


@probe("How is page[size] above 1,000 answered?")
async def page_size(account: Account) -> str:
    return said(await account.raw("GET", "/organizations", params={"page[size]": "1001"}))


@probe("How is an unknown sort field answered?")
async def unknown_sort(account: Account) -> str:
    return said(await _organizations(account, sort="no_such_field"))


@probe("How is an unknown include answered?")
async def unknown_include(account: Account) -> str:
    return said(await _organizations(account, include="no_such_thing"))


@probe("What does meta.filters hold?")
async def meta_filters(account: Account) -> str:
    answer = await _organizations(account, **{"filter[id]": str(account.organization)})
    return str(answer.json().get("meta", {}).get("filters"))


@probe("Which links does a list give?")
async def links_of_a_list(account: Account) -> str:
    answer = await _organizations(account)
    return " ".join(sorted(answer.json().get("links") or {})) or "none"


@probe("Which headers say something of limits or of the exchange?")
async def headers(account: Account) -> str:
    answer = await _organizations(account)
    words = ("rate", "retry", "limit", "request", "etag", "quota")
    found = [name for name in answer.headers if any(word in name for word in words)]
    return " ".join(sorted(found)) or "none"


@probe("Is a body of the plain media type application/json taken?")
async def plain_json(account: Account) -> str:
    attributes = {"organization-id": account.organization, "first-name": account.tag}
    answer = await account.raw("POST", "/contacts", json=data(attributes, "contacts"))
    if answer.is_success:
        made = answer.json()["data"]["id"]
        account.undo(f"contact {made}", lambda: account.itglue.contacts.delete(made))
    return said(answer)


@probe("Do lists take include=related_items?")
async def related_items_in_lists(account: Account) -> str:
    one, other = await account.contact("One"), await account.contact("Other")
    await account.itglue.link(one, other)
    params = {"filter[id]": one.id, "include": "related_items"}
    answer = await account.raw("GET", "/contacts", params=params)
    if not answer.is_success:
        return said(answer)
    return "yes" if answer.json().get("included") else "ignored"


@probe("Can the same two records be linked twice?")
async def linked_twice(account: Account) -> str:
    one, other = await account.contact("One"), await account.contact("Other")
    await account.itglue.link(one, other)
    link = {"destination-type": "Contact", "destination-id": int(other.id)}
    path = f"/contacts/{one.id}/relationships/related_items"
    return said(await account.raw("POST", path, json=data(link, "related_items")))


@probe("What does destination-type call a flexible asset?")
async def destination_type(account: Account) -> str:
    contact, taken = await account.contact("Source"), []
    for name in ("FlexibleAsset", "Flexible Asset", "flexible_assets"):
        asset = await account.asset()
        link = {"destination-type": name, "destination-id": int(asset.id)}
        path = f"/contacts/{contact.id}/relationships/related_items"
        answer = await account.raw("POST", path, json=data(link, "related_items"))
        taken += [name] if answer.is_success else []
    return ", ".join(taken) or "none of the three"


@probe("May this key read password values?")
async def password_access(account: Account) -> str:
    value = secrets.token_urlsafe(12)
    made = await account.itglue.passwords.create(
        {"organization_id": account.organization, "name": account.tag, "password": value}
    )
    account.undo(f"password {made.id}", lambda: account.itglue.passwords.delete(made.id))
    found = await account.itglue.passwords.get(made.id)
    secret = found.attributes.password if found else None
    return "yes" if secret and secret.get_secret_value() == value else "no"


async def too_many(account: Account) -> str:
    """Send until a 429 comes. Everybody who uses the account may feel it: on demand alone."""
    for number in range(1, MOST + 1):
        answer = await _organizations(account)
        if answer.status_code == 429:
            wait = answer.headers.get("retry-after", "absent")
            return f"after {number} requests: {said(answer)}; Retry-After: {wait}"
    return f"none after {MOST} requests"


async def _organizations(account: Account, **params: str) -> httpx.Response:
    return await account.raw("GET", "/organizations", params={"page[size]": "1", **params})
