"""Edits in IT Glue come back as Markdown: the author's own lines, but for what was edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulling import attach, edit_body, pull, quiet
from world import World, document

from publisher.plan import Policy

TEXT = """\
Patch every *Tuesday*.

<!-- keep me -->

* one item, my way
* another item

| Host | Role |
|------|:----:|
| srv-01 | files |

```bash
apt-get update   # as root
```

See [the other one](other.md) and ![rings](img/rings.png).

Last words."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("other.md", document("Other.", id="o1", title="Other"))
    made.write("img/rings.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    made.save("a.md", document(TEXT, id="a1", title="A", more="traits: {notes: ours} # mine\n"))
    assert not made.apply().failed
    return made


def text_of(world: World, path: str = "a.md") -> str:
    return (world.root / path).read_text("utf-8")


def test_nothing_edited_changes_nothing(world: World) -> None:
    """No drift: nothing is pulled, and no file is touched."""
    assert pull(world) == []
    assert world.git("status", "--porcelain") == ""


def test_one_edited_paragraph_changes_one_line(world: World) -> None:
    """All other lines stay as the author wrote them, and the next plan has nothing to do."""
    before = text_of(world)
    edit_body(world, "A", "Last words.", "Last <strong>edited</strong> words.")
    (pulled,) = pull(world)
    assert (pulled.brought, pulled.lost, pulled.left) == (["the text"], [], [])
    assert text_of(world) == before.replace("Last words.", "Last **edited** words.")
    world.commit()
    assert quiet(world)


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        ("another item", "a third item", "* another item", "* a third item"),
        (">files<", ">prints<", "| srv-01 | files |", "| srv-01 | prints |"),
        ("as root", "as admin", "# as root", "# as admin"),
        ("the other one</a>", "that one</a>", "[the other one]", "[that one]"),
    ],
    ids=["item", "cell", "code", "link"],
)
def test_an_edit_inside_a_block_keeps_its_other_lines(
    world: World, old: str, new: str, was: str, now: str
) -> None:
    """Items, rows, code and links keep their author's signs, languages, paths and comments."""
    before = text_of(world)
    edit_body(world, "A", old, new)
    (pulled,) = pull(world)
    assert pulled.left == []
    assert text_of(world) == before.replace(was, now)
    world.commit()
    assert quiet(world)


def test_blocks_that_are_new_or_gone_come_and_go(world: World) -> None:
    """A new list and heading are inserted in place, a paragraph that is gone goes."""
    before = text_of(world)
    edit_body(
        world, "A", "<p>Last words.</p>", "<h2>New</h2><ul><li>x<ul><li>y</li></ul></li></ul>"
    )
    pull(world)
    assert text_of(world) == before.replace("Last words.", "## New\n\n- x\n    - y")
    world.commit()
    assert quiet(world)


def test_formatting_alone_is_an_edit(world: World) -> None:
    """Bold is something that Markdown can say."""
    edit_body(world, "Other", "Other.", "<b>Other</b>.")
    pull(world)
    assert text_of(world, "other.md").endswith("\n\n**Other**.\n")
    world.commit()
    assert quiet(world)


def test_what_markdown_cannot_say_is_named_or_kept_as_html(world: World) -> None:
    """Colours are named; merged cells are kept as the HTML that they are."""
    table = (
        '<table><tbody><tr><td colspan="2">wide</td></tr><tr><td>1</td><td>2</td></tr></tbody>'
        '</table><p><span style="color: red">red</span></p>'
    )
    edit_body(world, "A", "<p>Last words.</p>", table)
    (pulled,) = pull(world)
    assert (pulled.lost, pulled.left) == (["text colours (1)"], [])
    assert '<td colspan="2">wide</td>' in text_of(world)
    world.commit()
    assert quiet(world)


def test_title_and_traits_come_back_into_the_frontmatter(world: World) -> None:
    """In place, with comments and order as they were."""
    before = text_of(world)
    world.edit("A", notes="theirs", title="A new: name")
    (pulled,) = pull(world)
    assert sorted(pulled.brought) == ["notes", "title"]
    after = before.replace("notes: ours", "notes: theirs")
    assert text_of(world) == after.replace("title: A", "title: 'A new: name'")
    world.commit()
    assert quiet(world)


def test_both_changed_elsewhere_is_merged(world: World) -> None:
    """The document's own changes stay, the edit comes beside them, and one write follows."""
    changed = text_of(world).replace("*Tuesday*", "*Friday*")
    world.save("a.md", changed)
    edit_body(world, "A", "Last words.", "Their words.")
    assert [a.verb for a in world.plan().actions] == ["conflict"]
    (pulled,) = pull(world)
    assert pulled.conflicts == 0
    assert text_of(world) == changed.replace("Last words.", "Their words.")
    world.commit()
    assert [a.verb for a in world.plan().actions] == ["update"]
    world.apply()
    body = world.asset("A")["traits"]["body"]
    assert "Friday" in body
    assert "Their words." in body
    assert quiet(world)


def test_both_changed_the_same_lines_is_marked(world: World) -> None:
    """As Git marks it; once settled and committed, it is published."""
    world.save("a.md", text_of(world).replace("Last words.", "Our words."))
    edit_body(world, "A", "Last words.", "Their words.")
    (pulled,) = pull(world)
    assert pulled.conflicts == 1
    marked = text_of(world)
    assert "<<<<<<< document\nOur words." in marked
    assert "Their words.\n>>>>>>> IT Glue" in marked
    settled = marked.split("<<<<<<<")[0] + "Both words.\n"
    world.save("a.md", settled)
    assert [a.verb for a in world.plan().actions] == ["update"]
    world.apply()
    assert "Both words." in world.asset("A")["traits"]["body"]
    assert quiet(world)


def test_uncommitted_work_that_clashes_is_not_touched(world: World) -> None:
    """Marks would bury what is nowhere else; what can be merged, is."""
    world.write("a.md", text_of(world).replace("Last words.", "Our words."))
    mine = text_of(world)
    edit_body(world, "A", "Last words.", "Their words.")
    (pulled,) = pull(world)
    assert text_of(world) == mine
    assert "not committed" in pulled.left[0]


def test_a_pulled_text_that_is_corrected_before_the_commit_is_published(world: World) -> None:
    """The edit is in Git, so what the author makes of it is no conflict."""
    edit_body(world, "A", "Last words.", "Their wrods.")
    pull(world)
    world.save("a.md", text_of(world).replace("wrods", "words"))
    plan = world.plan()
    assert [(a.verb, a.drift) for a in plan.actions] == [("update", False)]
    world.apply()
    assert "Their words." in world.asset("A")["traits"]["body"]
    assert quiet(world)


def test_a_pull_that_is_thrown_away_leaves_the_drift(world: World) -> None:
    """Only a commit settles it: the edit is still shown afterwards, and still theirs."""
    edit_body(world, "A", "Last words.", "Their words.")
    pull(world)
    world.git("checkout", "--quiet", "a.md")
    plan = world.plan()
    assert (plan.actions, len(plan.drifts)) == ((), 1)
    assert world.apply(Policy()).requests == 0


def test_an_edit_after_the_pull_is_a_conflict_again(world: World) -> None:
    """What the pull noted is one text, not leave to overwrite whatever comes."""
    edit_body(world, "A", "Last words.", "Their words.")
    pull(world)
    world.save("a.md", text_of(world).replace("Their words.", "Our words."))
    edit_body(world, "A", "Their words.", "Their later words.")
    assert [a.verb for a in world.plan().actions] == ["conflict"]


def test_the_agreement_outlives_later_edits(world: World) -> None:
    """The marker in the asset tells of an older text; an edit is an edit nevertheless."""
    edit_body(world, "A", "Last words.", "Their words.")
    pull(world)
    world.commit()
    assert quiet(world)
    edit_body(world, "A", "Their words.", "Their later words.")
    for _ in range(2):
        plan = world.plan()
        assert (plan.actions, len(plan.drifts)) == ((), 1)


def test_with_no_state_an_agreement_is_written_down_in_the_marker(world: World) -> None:
    """Once, so that the next edit is an edit, even if the state is thrown away after each run."""
    edit_body(world, "A", "Last words.", "Their words.")
    pull(world)
    world.commit()
    world.lose_state()
    plan = world.plan()
    assert [(a.verb, a.reasons) for a in plan.actions] == [
        ("update", ("the marker in the asset is out of date",))
    ]
    world.apply()
    world.lose_state()
    assert quiet(world)
    edit_body(world, "A", "Their words.", "Their later words.")
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, len(plan.drifts)) == ((), 1)


def test_without_the_note_of_the_pull_the_same_text_is_agreed(world: World, tmp_path: Path) -> None:
    """Pulled on one machine, published from another, whose state knows nothing of the pull."""
    kept = tmp_path / "kept.db"
    kept.write_bytes(world.state.read_bytes())
    edit_body(world, "A", "Last words.", "Their words.")
    pull(world)
    world.commit()
    world.lose_state()
    world.state.write_bytes(kept.read_bytes())
    assert quiet(world)


def test_windows_line_ends_and_a_bom_stay(tmp_path: Path) -> None:
    """A file is written with the line ends that it has."""
    world = World(tmp_path)
    raw = b"\xef\xbb\xbf" + document("One.\n\nTwo.", id="a1", title="A").encode()
    raw = raw.replace(b"\n", b"\r\n")
    world.save("a.md", raw)
    world.apply()
    edit_body(world, "A", "Two.", "Three.")
    pull(world)
    assert (world.root / "a.md").read_bytes() == raw.replace(b"Two.", b"Three.")


def test_a_fan_out_names_the_others(tmp_path: Path) -> None:
    """An edit in one organization's asset changes the document of all."""
    world = World(tmp_path)
    text = document("One.", id="a1", title="A").replace('org: "Acme Corp"', 'orgs: "*"')
    world.save("a.md", text)
    world.apply()
    asset = world.assets(name="A")[0]
    world.ahead += 60
    world.site.edit(int(asset["id"]), {"body": asset["traits"]["body"].replace("One", "Two")})
    world.ahead += 60
    (pulled,) = pull(world)
    assert len(pulled.others) == 2
    world.commit()
    assert [a.verb for a in world.plan().actions] == ["update", "update"]
    world.apply()
    assert quiet(world)


def test_what_cannot_come_back_is_left_and_named(world: World) -> None:
    """A deleted asset, and an attachment that was removed."""
    world.site.delete("flexible_assets", int(world.asset("Other")["id"]))
    picture = next(a for a in world.attachments() if a["attachment-file-name"] == "rings.png")
    world.site.delete("attachments", int(picture["id"]))
    left = {one.path: one.left for one in pull(world)}
    assert "deleted in IT Glue" in left["other.md"][0]


def test_attachments_that_were_added_come_on_request(world: World) -> None:
    """A picture in the text, a file beside it: as files, and not uploaded a second time."""
    asset_id = int(world.asset("A")["id"])
    url = attach(world, asset_id, "new.png", b"\x89PNG new")
    attach(world, asset_id, "list.csv", b"a,b")
    edit_body(world, "A", "Last words.", f'Look: <img src="{url}" alt="New">')
    (pulled,) = pull(world)
    assert (pulled.left, pulled.hints) == (
        [],
        ["2 attachments added in IT Glue: --attachments brings them as files"],
    )
    (pulled,) = pull(world, attachments=True)
    assert pulled.left == []
    assert (world.root / "a/new.png").read_bytes() == b"\x89PNG new"
    assert (world.root / "a/list.csv").read_bytes() == b"a,b"
    assert "Look: ![New](a/new.png)" in text_of(world)
    assert "attachments: [a/list.csv]" in text_of(world)
    world.commit()
    assert quiet(world)
    assert quiet(world)
    assert len(world.attachments()) == 3


def test_a_template_is_left_to_its_author(tmp_path: Path) -> None:
    """What a variable was, the asset does not tell."""
    world = World(tmp_path)
    text = document("For {{ org.name }}.", id="a1", title="A", more="template: true\n")
    world.save("a.md", text)
    assert not world.apply().failed
    edit_body(world, "A", "For ", "Only for ")
    (pulled,) = pull(world)
    assert "template" in pulled.left[0]
    assert text_of(world) == text


def test_a_title_from_the_first_heading_comes_back_there(tmp_path: Path) -> None:
    """The heading is the title's place, so no second one is made."""
    world = World(tmp_path)
    text = document("# Old name\n\nText.", id="a1").replace("title: A document\n", "")
    world.save("a.md", text)
    world.apply()
    world.edit("Old name", title="New name")
    pull(world)
    assert text_of(world) == text.replace("Old name", "New name")
    world.commit()
    assert quiet(world)


def test_only_the_named_documents_are_pulled(world: World) -> None:
    """The others keep their drift."""
    edit_body(world, "A", "Last words.", "Their words.")
    edit_body(world, "Other", "Other.", "Their other.")
    assert [one.path for one in pull(world, "other.md")] == ["other.md"]
    assert "Last words." in text_of(world)


def test_headings_that_change_take_the_table_of_contents_along(tmp_path: Path) -> None:
    """It is made of them, so its own text is not pulled; the next apply writes it anew."""
    world = World(tmp_path)
    text = document("[TOC]\n\n## One\n\nText.\n\n## Two\n\nText.", id="a1", title="A")
    world.save("a.md", text)
    world.apply()
    edit_body(world, "A", ">Two</h2>", ">Three</h2>")
    (pulled,) = pull(world)
    assert pulled.left == []
    assert text_of(world) == text.replace("## Two", "## Three")
    world.commit()
    assert [a.verb for a in world.plan().actions] == ["update"]
    world.apply()
    assert quiet(world)
