"""What a client relies on, whatever is not established: the life of records from birth to death."""

from __future__ import annotations

from live_account import Account


async def live(account: Account, *, lists_lag: bool = False) -> None:
    """Create, read, list, change, attach, link and delete through the client."""
    await _an_asset(account, lists_lag)
    await _a_document(account, lists_lag)
    await _contacts(account)


async def _an_asset(account: Account, lists_lag: bool) -> None:
    itglue = account.itglue
    type_id = str(await account.type())
    (known,) = [each for each in await itglue.types_with_fields() if each.type.id == type_id]
    assert [field.attributes.kind for field in known.fields][:2] == ["Text", "Textbox"]
    asset = await account.asset(body="<p>one</p>", state="Live")
    traits = (await account.read(asset)).traits
    assert (traits["title"], traits["state"]) == (account.tag, "Live")
    assert "one" in traits["body"]
    if not lists_lag:
        assert asset.id in [each.id for each in await account.assets()]
    await itglue.flexible_assets.update(asset.id, {"traits": {**traits, "state": "Draft"}})
    changed = (await account.read(asset)).traits
    assert (changed["title"], changed["state"]) == (account.tag, "Draft")
    files = itglue.attachments("flexible_assets", asset.id)
    file = await files.create("a.txt", b"hello")
    assert [each.attributes.attachment_file_size for each in await files.list()] == [5]
    await files.delete(file.id)
    assert await files.list() == []
    await itglue.flexible_assets.delete(asset.id)
    assert await itglue.flexible_assets.get(asset.id) is None


async def _a_document(account: Account, lists_lag: bool) -> None:
    itglue = account.itglue
    document = await account.document("life")
    sections = itglue.sections(document.id)
    text = {"resource_type": "Document::Text", "sort": 0, "content": "<p>one</p>"}
    section = await sections.create(text)
    await itglue.documents.act(document.id, "publish")
    assert [each.id for each in await sections.list()] == [section.id]
    listed = await itglue.list_documents(account.organization)
    assert lists_lag or document.id in [each.id for each in listed]
    await itglue.documents.update(document.id, {"archived": True})
    found = await itglue.documents.get(document.id)
    assert found is not None
    assert found.attributes.archived is True
    await itglue.documents.delete(document.id)
    assert await itglue.documents.get(document.id) is None


async def _contacts(account: Account) -> None:
    itglue = account.itglue
    one, other = await account.contact("One"), await account.contact("Other")
    await itglue.contacts.update(one.id, {"title": "Director"})
    await itglue.contacts.update_many({one.id: {"last_name": "1"}, other.id: {"last_name": "2"}})
    found = await itglue.contacts.get(one.id)
    assert found is not None
    assert (found.attributes.title, found.attributes.last_name) == ("Director", "1")
    await itglue.link(one, other)
    linked = await itglue.relationships(other)
    assert one.id in [each.id for each in linked if each.kind == "link"]
    await itglue.contacts.delete([one.id, other.id])
    assert await itglue.contacts.get(one.id) is None
