"""What a colleague does in the web page: saves, archives, restores, deletes."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.simulator.documents import publish, sections_of
from publisher.simulator.errors import ApiError
from publisher.simulator.site import Site
from publisher.simulator.store import Record

ACTOR = "a person"


def change(site: Site, record: Record, form: Mapping[str, str]) -> bool:
    """Do what the form's button says to an asset or a document; False: it is no more.

    Raises:
        ApiError: what the API would answer.
    """
    match form.get("action"):
        case "delete":
            site.delete(record.resource, record.id, actor=ACTOR)
            return False
        case "archive" | "restore" as action:
            _archive(site, record, archived=action == "archive")
        case _ if record.resource == "documents":
            _save_document(site, record, form)
        case _:
            site.edit(record.id, _fields(form, "trait-"), actor=ACTOR)
    return True


def _archive(site: Site, record: Record, *, archived: bool) -> None:
    values = {"archived": archived}
    if "traits" in record.data:  # those that are not sent would be wiped
        values |= {"traits": record.data["traits"]}
    site.update(record.resource, record.id, values, actor=ACTOR)


def _save_document(site: Site, record: Record, form: Mapping[str, str]) -> None:
    """Save the sections that differ, and publish them."""
    texts = _fields(form, "section-")
    with site.transaction():
        for section in sections_of(site, record.id):
            text = texts.get(str(section.id))
            if text is not None and text != section.data.get("content"):
                site.update("document_sections", section.id, {"content": text}, actor=ACTOR)
        publish(site, site.need(record.id), actor=ACTOR)


def _fields(form: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The fields of a form that begin so; browsers send line ends as CR LF."""
    return {
        name.removeprefix(prefix): value.replace("\r\n", "\n")
        for name, value in form.items()
        if name.startswith(prefix)
    }


def sentence(refused: ApiError) -> str:
    """What is wrong, for a person."""
    entries = refused.body.get("errors", []) if isinstance(refused.body, dict) else []
    parts = []
    for entry in entries:
        detail = entry.get("detail") or entry.get("title")
        field = str((entry.get("source") or {}).get("pointer") or "").rpartition("traits.")[2]
        parts.append(f"{field} {'; '.join(detail) if isinstance(detail, list) else detail}")
    return f"Not saved: {', '.join(parts) or refused.status}"
