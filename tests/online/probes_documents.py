"""Open questions on documents, their folders and their sections."""

from __future__ import annotations

from live_account import Account
from probes import probe
from probes_assets import HTML, survivors

from publisher.errors import Rejected

FORMS = {
    "none": {},
    "ID": {"filter[document_folder_id]": "ID"},
    "null": {"filter[document_folder_id]": "null"},
    "[ne]=null": {"filter[document_folder_id][ne]": "null"},
    "[ne]=": {"filter[document_folder_id][ne]": ""},
    "!=null": {"filter[document_folder_id]": "!=null"},
}


@probe("Does a PATCH move a document into a folder?")
async def moved_document(account: Account) -> str:
    folder, document = await account.folder("target"), await account.document("moved")
    change = {"document_folder_id": int(folder.id)}
    try:
        await account.itglue.documents.update(document.id, change)
    except Rejected as refused:
        return f"refused: {refused}"
    found = await account.itglue.documents.get(document.id)
    inside = found is not None and found.attributes.document_folder_id == int(folder.id)
    return "moved" if inside else "not moved"


@probe("Which documents does each form of the folder filter list (root, in a folder)?")
async def folder_filters(account: Account) -> str:
    folder = await account.folder("forms")
    root = await account.document("at the root")
    inside = await account.document("inside", document_folder_id=int(folder.id))
    path = f"/organizations/{account.organization}/relationships/documents"
    found = []
    for form, params in FORMS.items():
        query = {name: value.replace("ID", folder.id) for name, value in params.items()}
        answer = await account.raw("GET", path, params=query | {"page[size]": "1000"})
        if not answer.is_success:
            found.append(f"{form}: {answer.status_code}")
            continue
        ids = {each["id"] for each in answer.json()["data"]}
        found.append(f"{form}: {_yes(root.id in ids)} {_yes(inside.id in ids)}")
    return "; ".join(found)


def _yes(there: bool) -> str:
    return "yes" if there else "no"


@probe("Where does GET return the text of unpublished edits?")
async def text_before_publishing(account: Account) -> str:
    document = await account.document("draft")
    sections = account.itglue.sections(document.id)
    text = {"resource_type": "Document::Text", "sort": 0}
    section = await sections.create({**text, "content": "<p>published</p>"})
    await account.itglue.documents.act(document.id, "publish")
    await sections.update(section.id, {"content": "<p>edited</p>"})
    found, whole = await sections.get(section.id), await account.itglue.documents.get(document.id)
    assert found is not None
    assert whole is not None
    texts = {"section": found.attributes.content, "document": whole.attributes["content"]}
    drafts = [name for name, text in texts.items() if "edited" in str(text)]
    return f"the draft in: {' '.join(drafts) or 'neither'} (of section, document)"


@probe("Which HTML survives in a section?")
async def html_in_a_section(account: Account) -> str:
    document = await account.document("html")
    sections = account.itglue.sections(document.id)
    made = await sections.create({"resource_type": "Document::Text", "content": HTML})
    found = await sections.get(made.id)
    return survivors((found.attributes.content if found else "") or "")


@probe("Can a folder be deleted that holds a document?")
async def deleted_folder(account: Account) -> str:
    folder = await account.folder("full")
    document = await account.document("held", document_folder_id=int(folder.id))
    try:
        await account.itglue.document_folders(account.organization).delete(folder.id)
    except Rejected as refused:
        return f"refused: {refused}"
    found = await account.itglue.documents.get(document.id)
    return "yes, and the document stays" if found else "yes, with the document"
