"""Native documents: sections, pictures, folders, publishing, and all of them in one list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from glue import KEY, PNG, account, id_of, plain, writes

from publisher.errors import NotOne, OutcomeUnknown, Rejected
from publisher.itglue import Heading, ITGlueClient, Step, Text
from publisher.itglue.documents import with_sources
from publisher.scripting import render_markdown
from publisher.simulator import Lost, Rule, Site

FORMS = {"ne": "filter[document_folder_id][ne]", "null": "filter[document_folder_id]"}


@pytest.fixture
def site() -> Iterator[Site]:
    with account() as opened:
        yield opened


@pytest.fixture
def itglue(site: Site) -> Iterator[ITGlueClient]:
    with plain(site) as opened:
        yield opened


def test_a_document_in_one_call(site: Site, itglue: ITGlueClient) -> None:
    """Document, picture, sections in their order, publish; the picture by the URL it got."""
    document = itglue.create_document(
        "Acme Corp",
        "Backup runbook",
        [
            Heading("Purpose", level=1),
            Text('<p>See <img src="net.png" alt="n"> and <img src="https://x.test/a.png"></p>'),
            Step("<p>Do this</p>", minutes=5),
        ],
        images={"net.png": PNG},
    )
    assert document.attributes.published
    sections = list(itglue.sections(document.id).list())
    kinds = [s.attributes.resource_type for s in sections]
    assert kinds == ["Document::Heading", "Document::Text", "Document::Step"]
    assert (sections[0].attributes.level, sections[2].attributes.duration) == (1, 5)
    text = sections[1].attributes.content or ""
    assert f"/docs/{document.id}/images/" in text
    assert "net.png" not in text
    assert "https://x.test/a.png" in text
    assert writes(site)[-1] == f"PATCH /documents/{document.id}/publish"


def test_a_draft(itglue: ITGlueClient) -> None:
    """Without publish it stays a draft, until it is published."""
    draft = itglue.create_document("Acme Corp", "Draft", [Text("<p>x</p>")], publish=False)
    assert not draft.attributes.published
    itglue.publish_document(draft.id)
    itglue.documents.act(draft.id, "publish")
    found = itglue.documents.get(draft.id)
    assert found is not None
    assert found.attributes.published


def test_a_failure_in_the_middle_names_what_was_created(itglue: ITGlueClient) -> None:
    """Nobody has to guess whether a document is there: the error's notes name it."""
    with pytest.raises(Rejected) as raised:
        itglue.create_document("Acme Corp", "Broken", [Heading("x", level=9)])
    (left,) = itglue.list_documents("Acme Corp")
    assert f"Document {left.id} was created before" in raised.value.__notes__[0]


def test_a_picture_that_is_none(itglue: ITGlueClient) -> None:
    """IT Glue decodes pictures, and its refusal passes."""
    document = itglue.create_document("Acme Corp", "D", ())
    with pytest.raises(Rejected):
        itglue.add_document_image(document.id, "a.png", b"no picture")
    image = itglue.add_document_image(document.id, "a.png", PNG)
    assert image.attributes.inline_resource_url


@pytest.mark.parametrize("null", ["all", "root"])
def test_all_documents_of_an_organization(null: str) -> None:
    """Those in folders too, each once, whatever a null filter means; searched without case."""
    with account(document_folder_null=null) as site, plain(site) as itglue:
        home = id_of(site, "organizations", "Acme Corp")
        folder = itglue.document_folders(home).create({"name": "Runbooks"})
        for name, where in (("Root", None), ("Inside", folder.id), ("Backup INSIDE", folder.id)):
            itglue.create_document(home, name, (), folder_id=where, publish=False)
        itglue.create_document("Baker, Stone & Partners", "Foreign", ())
        names = {d.attributes.name for d in itglue.list_documents("Acme Corp")}
        assert names == {"Root", "Inside", "Backup INSIDE"}
        found = itglue.list_documents(int(home), search="inside")
        assert {d.attributes.name for d in found} == {"Inside", "Backup INSIDE"}


@pytest.mark.parametrize(("refused", "found"), [(1, 2), (2, 2), (3, 1)])
def test_servers_that_refuse_a_folder_filter(refused: int, found: int) -> None:
    """The next of three forms is tried; without any, what is at the top is all there is."""
    forms = [(FORMS["ne"], "null"), (FORMS["null"], "null"), (FORMS["ne"], "")]

    def server(request: httpx.Request) -> httpx.Response:
        query = request.url.params.multi_items()
        if set(query) & set(forms[:refused]):
            return httpx.Response(422, json={"errors": [{"status": 422}]})
        ids = ["1", "2"] if set(query) & set(forms) else ["1"]
        return httpx.Response(200, json={"data": [{"id": each} for each in ids]})

    transport = httpx.MockTransport(server)
    with ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
        assert len(itglue.list_documents(5)) == found


def test_another_refusal_of_the_folder_filter() -> None:
    """Only 'this filter makes no sense' leads to the next form."""

    def server(request: httpx.Request) -> httpx.Response:
        if FORMS["ne"] in request.url.params:
            return httpx.Response(409)
        return httpx.Response(200, json={"data": []})

    transport = httpx.MockTransport(server)
    with (
        ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue,
        pytest.raises(Rejected),
    ):
        itglue.list_documents(5)


def test_an_organization_without_documents() -> None:
    """Where the module is off, IT Glue answers 404, which passes."""
    transport = httpx.MockTransport(lambda request: httpx.Response(404))
    with (
        ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue,
        pytest.raises(Rejected),
    ):
        itglue.list_documents(5)


def test_upload_with_the_file_attached(itglue: ITGlueClient, tmp_path: Path) -> None:
    """A document named after the file, with the file; and back again."""
    file = tmp_path / "Contract 2026.pdf"
    file.write_bytes(b"%PDF-1.7")
    document = itglue.upload_document("Baker, Stone & Partners", file)
    assert document.attributes.name == "Contract 2026"
    (attached,) = itglue.attachments("documents", document.id).list()
    assert attached.attributes.name == "Contract 2026.pdf"
    copy = tmp_path / "copy.pdf"
    assert itglue.download_attachment(attached, copy) == b"%PDF-1.7"
    assert copy.read_bytes() == b"%PDF-1.7"


def test_upload_whose_attachment_fails(site: Site, itglue: ITGlueClient, tmp_path: Path) -> None:
    """The document that was created before is named."""
    site.faults.add(Rule("POST", ".*/attachments", Lost("before")))
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    with pytest.raises(OutcomeUnknown) as raised:
        itglue.upload_document("Acme Corp", file)
    assert "without the file" in raised.value.__notes__[0]


def test_upload_as_a_native_document(itglue: ITGlueClient, tmp_path: Path) -> None:
    """Markdown with a picture beside it becomes a section; what lies elsewhere stays out."""
    (tmp_path / "pics").mkdir()
    (tmp_path / "pics" / "a b.png").write_bytes(PNG)
    (tmp_path.parent / "outside.png").write_bytes(PNG)
    file = tmp_path / "patching.md"
    file.write_text("# Patching\n\n![net](pics/a%20b.png) ![x](../outside.png)\n", "utf-8")
    document = itglue.upload_document("Acme Corp", file, native=True, render=render_markdown)
    assert document.attributes.name == "Patching"
    (section,) = itglue.sections(document.id).list()
    assert f"/docs/{document.id}/images/" in (section.attributes.content or "")
    assert "outside" in (section.attributes.content or "")


def test_upload_of_html_and_plain_text(itglue: ITGlueClient, tmp_path: Path) -> None:
    """HTML goes as it is, text in paragraphs; anything else needs somebody who reads it."""
    contents = {"a.html": "<p>A</p>", "b.txt": "One <1>\nline\n\nTwo\n", "c.md": "# C"}
    for name, text in contents.items():
        (tmp_path / name).write_text(text, "utf-8")
    html = itglue.upload_document("Acme Corp", tmp_path / "a.html", native=True)
    plain_text = itglue.upload_document("Acme Corp", tmp_path / "b.txt", native=True, name="B")
    bodies = [next(itglue.sections(d.id).list()).attributes.content for d in (html, plain_text)]
    assert bodies == ["<p>A</p>", "<p>One &lt;1&gt;<br>line</p><p>Two</p>"]
    with pytest.raises(ValueError, match="c\\.md is neither"):
        itglue.upload_document("Acme Corp", tmp_path / "c.md", native=True)


def test_names_that_are_not_one(itglue: ITGlueClient) -> None:
    """Nobody, or several of that name: the error says which, and nothing is written."""
    with pytest.raises(NotOne) as raised:
        itglue.list_documents("Acme")
    assert (raised.value.collection, raised.value.ids) == ("organizations", ())
    assert str(raised.value) == "none of the organizations is 'Acme', as far as this key can see"
    with account(unique_organization_names=False) as site, plain(site) as other:
        other.organizations.create({"name": "acme corp"})
        other.organizations.create({"name": "acme corp"})
        with pytest.raises(NotOne, match="2 organizations are called"):
            other.list_documents("acme corp")
        first = next(other.organizations.list(filter={"name": "acme corp"}))
        assert other.list_documents(first) == []


def test_sources_are_exchanged_in_any_spelling() -> None:
    """Quotes of either kind, entities, case; what is not known stays as it is."""
    html = """<IMG alt='1' SRC='a&amp;b.png'><img src = "c.png"><img src="d.png">"""
    exchanged = with_sources(html, {"a&b.png": "/1/docs/2/images/3", "c.png": "/x?a&b"})
    assert exchanged == (
        """<IMG alt='1' SRC='/1/docs/2/images/3'><img src = "/x?a&amp;b"><img src="d.png">"""
    )


def test_without_a_url_for_a_picture() -> None:
    """A server that does not say where a picture lies: the draft is named, nothing goes on."""

    def server(request: httpx.Request) -> httpx.Response:
        assert request.method == "POST"
        return httpx.Response(201, json={"data": {"id": "7"}})

    transport = httpx.MockTransport(server)
    with ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
        with pytest.raises(Rejected, match="no inline-resource-url") as raised:
            itglue.create_document(1, "D", [Text("x")], images={"a.png": PNG})
        assert "Document 7" in raised.value.__notes__[0]
        assert itglue.requests == 2
