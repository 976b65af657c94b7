"""Documents on disk -> what the window shows of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from preview_docs import CATALOG, PICTURE, DocsRepository

from publisher.errors import BadConfig
from publisher.preview.model import View
from publisher.render import Page, render


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    return DocsRepository(tmp_path / "docs")


def html_of(view: View) -> str:
    return "".join(value.html or "" for value in view.values)


def codes(view: View) -> list[str]:
    return [finding.code for finding in view.findings]


def test_the_list_has_every_document_and_why_others_are_none(docs: DocsRepository) -> None:
    """Titles without rendering; drafts, broken files and plain Markdown by their condition."""
    docs.document("a.md", "Text.", org="Baker & Co")
    docs.document("b.md", "# From the heading #\n", title="")
    docs.document("c.md", publish="false")
    docs.document("d.md", org="Nobody")
    docs.write("e.md", "---\ntitle: [\n---\n")
    docs.write("f.md", "No frontmatter.\n")
    docs.library.refresh()
    listing = docs.library.listing()
    shown = {
        entry.path: (entry.title, entry.condition, dict(entry.keys)) for entry in listing.entries
    }
    assert shown == {
        "a.md": ("A document", "document", {"2": "a.md@2"}),
        "b.md": ("From the heading", "document", {"1": "b.md@1"}),
        "c.md": ("A document", "draft", {"1": "c.md@1"}),
        "d.md": ("A document", "broken", {}),
        "e.md": ("E", "broken", {}),
        "f.md": ("F", "other", {}),
    }
    assert [org.name for org in listing.organizations] == ["Acme Corp", "Baker & Co"]


def test_fields_come_in_the_types_order_as_they_would_be_sent(docs: DocsRepository) -> None:
    """The title, what the frontmatter says, the text, the marker; headers only over something."""
    docs.document("a.md", traits="{category: Patching, servers: [4711]}", id="0badcafe")
    values = {value.key: value.text for value in docs.view("a.md").values}
    assert list(values) == [
        "title",
        "category",
        "about",
        "servers",
        "more",
        "body",
        "publisher-key",
    ]
    assert (values["title"], values["category"]) == ("A document", "Patching")
    assert values["publisher-key"].startswith("test-docs:0badcafe@1;")
    docs.document("a.md")
    assert [value.key for value in docs.view("a.md").values] == [
        "title", "more", "body", "publisher-key",
    ]  # fmt: skip


def test_links_and_pictures_lead_to_the_preview(docs: DocsRepository) -> None:
    """To the document of the same organization, and to files of the docs root."""
    docs.write("images/a b.png", PICTURE)
    docs.document("sub/b.md", title="The other")
    docs.document("a.md", "[b](sub/b.md#part) ![pic](images/a%20b.png) <https://example.test/>")
    view = docs.view("a.md")
    html = html_of(view)
    assert '<a target="_top" href="/d/sub/b.md?org=1#part">' in html
    assert 'src="/files/images/a%20b.png"' in html
    assert '<a target="_blank" rel="noopener" href="https://example.test/">' in html
    assert [(link.kind, link.label) for link in view.out] == [
        ("document", "The other"), ("file", "a b.png"), ("web", "https://example.test/"),
    ]  # fmt: skip
    assert [(file.path, file.size) for file in view.attachments] == [
        ("images/a b.png", len(PICTURE))
    ]
    assert docs.library.file("images/a b.png") == PICTURE


def test_links_from_elsewhere_are_found_but_not_in_code(docs: DocsRepository) -> None:
    """However they are written: inline, by reference, as a tag, without ``.md``, from the root."""
    docs.document("deep/target.md", title="T")
    for name, text in {
        "inline": "[x](deep/target.md#a)",
        "named": "[x][t]\n\n[t]: deep/target.md",
        "tag": '<a href="/deep/target">x</a>',
        "code": "`[x](deep/target.md)`\n\n```\n[x](deep/target.md)\n```",
        "folder": "[x](/)",
        "other": "deep/target.md, and [x](deep/other.md)",
    }.items():
        docs.document(f"{name}.md", text, title=name)
    docs.document("index.md", "[x](deep)", title="index")
    linking = [link.label for link in docs.view("deep/target.md").into]
    assert linking == ["inline", "named", "tag"]
    assert [link.label for link in docs.view("index.md").into] == ["folder"]


def test_a_document_of_several_organizations_is_shown_for_the_chosen_one(
    docs: DocsRepository,
) -> None:
    """By id or by name; without one, or with a strange one, for the first."""
    docs.document("a.md", "[b](b.md)", org="", orgs='["*"]')
    docs.document("b.md", org="Baker & Co")
    chosen = [docs.view("a.md", which).organization for which in ("2", "Baker & Co", "", "77")]
    assert [org.id if org else "" for org in chosen] == ["2", "2", "1", "1"]
    view = docs.view("a.md", "2")
    assert (view.key, [org.id for org in view.organizations]) == ("a.md@2", ["1", "2"])


def test_a_broken_document_says_why_and_comes_back(docs: DocsRepository) -> None:
    """With the line; and nothing of the former page."""
    docs.document("a.md", "Before.")
    assert "Before." in html_of(docs.view("a.md"))
    docs.write("a.md", "---\ntitle: A\ntitel: [\n---\nText.\n")
    broken = docs.view("a.md")
    assert [(p.code, p.line) for p in broken.problems] == [("bad-yaml", 4)]
    assert (broken.values, broken.organization) == ((), None)
    docs.document("a.md", "After.")
    assert "After." in html_of(docs.view("a.md"))


def test_what_is_unknown_is_a_problem_with_its_line(docs: DocsRepository) -> None:
    """An organization that nobody knows leaves no page; an unknown type or trait leaves one."""
    docs.document("a.md", org="Acme Crop")
    assert [(p.code, p.line) for p in docs.view("a.md").problems] == [("unknown-organization", 3)]
    docs.document("a.md", "Still here.", type="SOPP")
    assert codes(docs.view("a.md"))[0] == "unknown-type"
    assert "Still here." in html_of(docs.view("a.md"))
    docs.document("a.md", "Still here.", body="nothing")
    assert codes(docs.view("a.md")) == ["bad-body-field"]
    assert "Still here." in html_of(docs.view("a.md"))
    docs.document("a.md", "Still here.", traits="{categry: Patching}")
    assert codes(docs.view("a.md")) == ["unknown-trait"]
    assert "Still here." in html_of(docs.view("a.md"))


def test_findings_are_those_of_check(docs: DocsRepository) -> None:
    """Of the document itself, of where its links lead, and of doubles elsewhere."""
    docs.document("b.md", "## There\n", id="11111111", title="B")
    docs.document("c.md", id="11111111", title="B")
    docs.document("a.md", "[x](b.md#nowhere) [y](b.md#there) ![z](no.png) <script>1</script>")
    assert sorted(codes(docs.view("a.md"))) == ["broken-anchor", "missing-file", "stripped-html"]
    assert sorted(codes(docs.view("b.md"))) == ["duplicate-id", "duplicate-title"]


def test_a_draft_is_shown_and_links_to_it_are_dead(docs: DocsRepository) -> None:
    """As they will be once they are published."""
    docs.document("a.md", "[b](b.md)")
    docs.document("b.md", "A draft's text.", title="B", publish="false")
    assert (docs.view("b.md").draft, "A draft's text." in html_of(docs.view("b.md"))) == (
        True,
        True,
    )
    assert codes(docs.view("a.md")) == ["dead-link"]


def test_frontmatter_says_where_it_comes_from(docs: DocsRepository) -> None:
    """The document's own keys with their lines, then those of the folder's defaults."""
    docs.library.refresh()
    docs.write(
        "publisher.toml",
        '[docs]\nid = "test-docs"\n[[defaults]]\npath = "**"\ntype = "SOP"\norg = "Baker & Co"\n',
    )
    docs.write("a.md", "---\ntitle: A\norg: Acme Corp\ntraits: {category: Backup}\n---\nText.\n")
    facts = [(fact.name, fact.value, fact.line) for fact in docs.view("a.md").facts]
    assert facts == [
        ("title", "A", 2), ("org", "Acme Corp", 3), ("traits", "category: Backup", 4),
        ("type", "SOP", None),
    ]  # fmt: skip


def test_a_changed_publisher_toml_holds_at_once_and_a_bad_one_changes_nothing(
    docs: DocsRepository,
) -> None:
    """Until it can be read again."""
    docs.write("a.md", "---\ntitle: A\norg: Acme Corp\n---\nText.\n")
    assert docs.view("a.md").problems
    docs.write("publisher.toml", '[[defaults]]\npath = "**"\ntype = "SOP"\n')
    assert docs.view("a.md").type == "SOP"
    docs.write("publisher.toml", "[docs\n")
    with pytest.raises(BadConfig):
        docs.library.refresh()
    view = docs.library.view("a.md")
    assert view is not None
    assert view.type == "SOP"


def test_only_what_changed_is_rendered_again(
    docs: DocsRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only when somebody looks at it."""
    rendered: list[str] = []

    def counted(body: str, *, path: str, title: str | None, first_line: int) -> Page:
        rendered.append(path)
        return render(body, path=path, title=title, first_line=first_line)

    monkeypatch.setattr("publisher.gather.copies.render", counted)
    for name in ("a.md", "b.md", "c.md"):
        docs.document(name, "One.", title=name)
    docs.view("a.md")
    docs.view("b.md")
    docs.document("a.md", "Two.", title="a.md")
    docs.document("c.md", "Two.", title="c.md")
    docs.view("b.md")
    docs.view("a.md")
    assert rendered == ["a.md", "b.md", "a.md"]


def test_nothing_outside_the_docs_root_is_read(docs: DocsRepository, tmp_path: Path) -> None:
    """No parent folder, no symlink, no ignored file, nothing of Git's or of ours."""
    (tmp_path / "secret.txt").write_text("secret")
    (docs.root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (docs.root / "folder").symlink_to(tmp_path)
    docs.write(".gitignore", "ignored.txt\n.publisher\n")
    docs.write("ignored.txt", "secret")
    docs.write(".publisher/local.db", "secret")
    docs.library.refresh()
    for path in (
        "../secret.txt", "link.txt", "folder/secret.txt", str(tmp_path / "secret.txt"),
        "ignored.txt", ".publisher/local.db", ".git/config", "", ".", "a/../../secret.txt",
    ):  # fmt: skip
        assert docs.library.file(path) is None
        assert docs.library.view(path) is None


def test_a_file_that_turns_into_a_symlink_after_it_was_listed_is_not_followed(
    docs: DocsRepository, tmp_path: Path
) -> None:
    """What was a file when it was looked at may be anything when it is read."""
    (tmp_path / "secret.txt").write_text("secret")
    docs.write("a.txt", "plain")
    docs.library.refresh()
    (docs.root / "a.txt").unlink()
    (docs.root / "a.txt").symlink_to(tmp_path / "secret.txt")
    assert docs.library.file("a.txt") is None


def test_without_an_account_the_documents_say_what_there_is(tmp_path: Path) -> None:
    """Organizations by their names, types from ``types/``, else from the traits in use."""
    docs = DocsRepository(tmp_path, catalog=None)
    docs.write(
        "types/sop.yaml",
        "name: SOP\nfields:\n- {name: Title, kind: Text, use_for_title: true}\n"
        "- {name: Rest API, kind: Text}\n- {name: Text, kind: Textbox}\n",
    )
    docs.write("types/bad.yaml", "[")
    docs.document("a.md", traits="{rest-api: yes}")
    docs.document("b.md", org="", orgs='["*"]', type="Runbook", traits="{minutes: 5, Done: true}")
    docs.document("c.md", type="Note", body="notes")
    views = [docs.view(path) for path in ("a.md", "b.md", "c.md")]
    assert [value.key for value in views[0].values] == ["title", "rest-api", "text"]
    assert [(v.key, v.text) for v in views[1].values][:3] == [
        ("title", "A document"), ("minutes", "5"), ("done", "Yes"),
    ]  # fmt: skip
    assert [value.key for value in views[2].values] == ["title", "notes"]
    assert [codes(view) for view in views] == [[], [], []]
    assert docs.library.use(CATALOG)
    assert not docs.library.use(CATALOG)
    assert docs.view("a.md", "Acme Corp").key == "a.md@1"


def test_a_template_is_shown_as_filled_in_for_each_organization(docs: DocsRepository) -> None:
    """With an organization's own version of a part; what it lacks is a problem of its page."""
    both = {"org": "", "orgs": '["*"]', "template": "true", "title": "For {{ org.name }}"}
    docs.document("a.md", "Hello {{ org.name }}.\n", **both)
    assert docs.view("a.md", "1").title == "For Acme Corp"
    assert "Hello Baker" in html_of(docs.view("a.md", "2"))
    docs.document("a.md", "Call {{ phone }}.\n", **both)
    docs.write("vars/acme-corp.yaml", "phone: 555\n")
    assert "Call 555" in html_of(docs.view("a.md", "1"))
    missing = docs.view("a.md", "2")
    assert (missing.values, len(missing.problems)) == ((), 1)
    assert [org.id for org in missing.organizations] == ["1", "2"]
    docs.write("vars/acme-corp.yaml", "phone: 777\n")
    assert "Call 777" in html_of(docs.view("a.md", "1"))


def test_a_vector_picture_is_shown_as_what_would_be_sent(docs: DocsRepository) -> None:
    """Drawn, or attached with a link in its place."""
    docs.write(
        "p.svg",
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5"/></svg>',
    )
    docs.document("a.md", "![pic](p.svg)")
    view = docs.view("a.md")
    (file,) = view.attachments
    assert file.name in ("p.png", "p.svg")
    assert docs.library.file(file.path)
    assert f"/files/{file.path}" in html_of(view)


def test_switching_branches_is_one_look(docs: DocsRepository) -> None:
    """Files that come and go are known afterwards."""
    docs.document("a.md")
    git = ["git", "-C", str(docs.root)]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "a"], check=True)
    docs.library.refresh()
    subprocess.run([*git, "checkout", "--quiet", "-b", "other"], check=True)
    docs.document("b.md")
    (docs.root / "a.md").unlink()
    assert docs.library.refresh() >= {"a.md", "b.md"}
    assert [entry.path for entry in docs.library.listing().entries] == ["b.md"]
    assert docs.library.refresh() == frozenset()
