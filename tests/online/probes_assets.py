"""Open questions on flexible assets, their traits and their files."""

from __future__ import annotations

from typing import Any

import httpx
from live_account import Account, data, said
from probes import probe

from publisher.errors import Rejected

HTML = (
    "<h1 id='a' class='b'>h</h1><p style='color:red;font-size:9px'>p</p><pre><code>c</code></pre>"
    "<table class='table'><thead><tr><th>t</th></tr></thead><tbody><tr><td colspan='2'>d</td></tr>"
    "</tbody></table><ul><li>l</li></ul><blockquote>q</blockquote><hr><a href='https://x.test' "
    "target='_blank'>k</a><a href='#a'>j</a><img src='https://x.test/i.png' alt='i' width='9'>"
    "<img src='data:image/png;base64,iVBORw0KGgo='><details><summary>s</summary>m</details>"
    "<kbd>e</kbd><mark>f</mark><sub>g</sub><svg></svg><script>x</script><style>y</style>"
    "<iframe src='https://x.test'></iframe><input type='checkbox'><div onclick='z()'>n</div>"
)
SIGNS = (
    *("<h1", "id=", "class=", "style=", "color:", "font-size", "<pre", "<code", "<table", "<thead"),
    *("colspan", "<ul", "<blockquote", "<hr", "target=", "rel=", 'href="#', "<img", "width="),
    *("data:", "<details", "<summary", "<kbd", "<mark", "<sub", "<svg", "<script", "<style"),
    *("<iframe", "<input", "onclick"),
)
"""What to look for in what comes back."""


def survivors(text: str) -> str:
    """Which signs are still there, and which are not."""
    plain = text.lower().replace("'", '"')
    gone = [sign for sign in SIGNS if sign not in plain]
    kept = [sign for sign in SIGNS if sign in plain]
    return f"kept: {' '.join(kept)}; dropped: {' '.join(gone)}"


@probe("Does a PATCH with `archived` alone keep the traits?")
async def archived_alone(account: Account) -> str:
    asset = await account.asset(body="<p>kept?</p>")
    try:
        await account.itglue.flexible_assets.update(asset.id, {"archived": True})
    except Rejected as refused:
        return f"refused: {refused}"
    traits = (await account.read(asset)).traits
    return "kept" if traits.get("body") else "wiped"


@probe("Which HTML survives in a Textbox?")
async def html_in_a_textbox(account: Account) -> str:
    asset = await account.asset(body=HTML)
    return survivors((await account.read(asset)).traits.get("body") or "")


@probe("Is the same file attached twice two attachments?")
async def same_attachment_twice(account: Account) -> str:
    asset = await account.asset()
    files = account.itglue.attachments("flexible_assets", asset.id)
    for _ in range(2):
        try:
            await files.create("same.txt", b"same")
        except Rejected as refused:
            return f"refused: {refused}"
    return f"{len(await files.list())} attachments"


@probe("Does an attachment change its record's updated-at?")
async def attachment_touches_the_record(account: Account) -> str:
    asset = await account.asset()
    before = (await account.read(asset)).updated_at
    await account.pause(1.1)
    await account.itglue.attachments("flexible_assets", asset.id).create("a.txt", b"a")
    return "no" if (await account.read(asset)).updated_at == before else "yes"


@probe("Is a value that is no option taken for a Select?")
async def select_without_that_option(account: Account) -> str:
    return await _stored(account, "state", "Neither")


@probe("Is a text of digits taken for a Number?")
async def number_as_text(account: Account) -> str:
    return await _stored(account, "steps", "12")


@probe("Is a word taken for a Number?")
async def word_for_a_number(account: Account) -> str:
    return await _stored(account, "steps", "a dozen")


@probe("Is a Date taken in another order?")
async def date_in_another_order(account: Account) -> str:
    return await _stored(account, "review", "31/12/2026")


@probe("Is a Percent above 100 taken?")
async def percent_above_hundred(account: Account) -> str:
    return await _stored(account, "share", 150)


@probe("Is a Tag with an id that names nothing taken?")
async def tag_that_names_nothing(account: Account) -> str:
    return await _stored(account, "clients", [account.organization, 999_999_999_999])


@probe("How does an empty trait come out?")
async def empty_trait(account: Account) -> str:
    asset = await account.asset()
    traits = (await account.read(asset)).traits
    return "null" if "body" in traits else "absent"


@probe("Does a name filter look for the whole name of an asset?")
async def name_filter(account: Account) -> str:
    asset = await account.asset()
    whole = await account.assets(name=account.tag)
    part = await account.assets(name=account.tag[:-2])
    found = [asset.id in [each.id for each in listed] for listed in (whole, part)]
    names = {(True, True): "contains", (True, False): "exact", (False, False): "nothing found"}
    return names.get((found[0], found[1]), "part only")


@probe("Do lists hold archived assets?")
async def archived_in_lists(account: Account) -> str:
    asset = await account.asset()
    change = {"archived": True, "traits": {"title": account.tag}}
    await account.itglue.flexible_assets.update(asset.id, change)
    return "yes" if asset.id in [each.id for each in await account.assets()] else "no"


@probe("Is a new asset in the list at once?")
async def list_lag(account: Account) -> str:
    asset = await account.asset()
    return "at once" if asset.id in [each.id for each in await account.assets()] else "later"


@probe("Do times have whole seconds?")
async def whole_seconds(account: Account) -> str:
    times = [(await account.asset()).attributes.created_at or "" for _ in range(3)]
    return "whole" if all(time.endswith(".000Z") for time in times) else f"parts: {times}"


@probe("Is a bulk update all or nothing?")
async def bulk_update(account: Account) -> str:
    good, bad = await account.asset(body="<p>old</p>"), await account.asset()
    traits = {"title": account.tag, "body": "<p>new</p>"}
    entries = [
        {"type": "flexible-assets", "attributes": {"id": int(good.id), "traits": traits}},
        {
            "type": "flexible-assets",
            "attributes": {"id": int(bad.id), "traits": {"title": "x", "no-such-trait": 1}},
        },
    ]
    answer = await account.raw("PATCH", "/flexible_assets", json={"data": entries})
    body = (await account.read(good)).traits.get("body") or ""
    return f"{'the good ones are saved' if 'new' in body else 'all or nothing'} ({said(answer)})"


@probe("How is a deletion answered?")
async def deletion(account: Account) -> str:
    asset = await account.asset()
    answer = await account.raw("DELETE", f"/flexible_assets/{asset.id}")
    body = "with the record" if answer.content and "data" in answer.json() else "empty"
    return f"{answer.status_code}, {body}"


@probe("How is an id answered that does not exist?")
async def unknown_id(account: Account) -> str:
    return said(await account.raw("GET", "/flexible_assets/999999999999"))


@probe("Does renaming a field change its key?")
async def renamed_field(account: Account) -> str:
    fields = account.itglue.fields(await account.type())
    made = await fields.create({"name": f"Before {account.tag}", "kind": "Text", "order": 99})
    account.undo(f"field {made.id}", lambda: fields.delete(made.id))
    renamed = await fields.update(made.id, {"name": f"After {account.tag}"})
    return "no" if renamed.attributes.name_key == made.attributes.name_key else "yes"


async def _stored(account: Account, trait: str, value: Any) -> str:
    """What becomes of a value: how it is stored, or how it is refused."""
    traits = {"title": account.tag, trait: value}
    attributes = {
        "organization-id": account.organization,
        "flexible-asset-type-id": await account.type(),
        "traits": traits,
    }
    answer: httpx.Response = await account.raw(
        "POST", "/flexible_assets", json=data(attributes, "flexible-assets")
    )
    if not answer.is_success:
        return f"refused: {said(answer)}"
    made = answer.json()["data"]
    account.undo(
        f"flexible asset {made['id']}", lambda: account.itglue.flexible_assets.delete(made["id"])
    )
    return f"stored as {made['attributes']['traits'].get(trait)!r}"
