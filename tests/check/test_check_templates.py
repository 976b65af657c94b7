"""Templates, their values and overrides, checked with no network."""

from __future__ import annotations

from pathlib import Path

from world import World

from publisher.check.whole import check_tree
from publisher.gather.project import open_project

FRONT = '---\nid: a\ntemplate: true\ntitle: "At {{ org.name }}"\norgs: "*"\ntype: SOP\n---\n'


def checked(world: World, files: dict[str, str]) -> tuple[list[tuple[str, str, int | None]], int]:
    """Code, file and line of what is found; and how many documents there are."""
    for path, text in files.items():
        world.write(path, text)
    project = open_project(world.root, None)
    outcome = check_tree(project.repository.worktree(), project.config)
    return [(d.code, d.document, d.line) for d in outcome.diagnostics], outcome.count


def test_a_good_template_is_one_document(tmp_path: Path) -> None:
    """A variable is fine if anybody defines it; the override is no document."""
    files = {
        "a.md": FRONT + "{% for n in names %}\n- {{ n }} {{ org.short_name }}\n{% endfor %}\n",
        "a.acme.md": "All new: {{ fw }}",
        "vars/acme.yaml": "names: [x, y]\n",
        "vars/bsp.yaml": "fw: z\n",
    }
    assert checked(World(tmp_path), files) == ([], 1)


def test_mistakes_are_found_without_an_account(tmp_path: Path) -> None:
    """Each in its own file, at its line; lines that a loop repeats count once."""
    loop = "{% for n in names %}\n- [x](gone.md)\n{% endfor %}\n"
    files = {
        "a.md": FRONT + loop,
        "a.acme.md": "\n{{ nope }}",
        "b.md": FRONT.replace("id: a", "id: b") + "{{ a.pop() }}\n",
        "vars/acme.yaml": "names: [x, y]\nwi-fi: 1\n",
        "vars/bsp.yaml": "names: [x]\npassword: Tr0ub4dor-and-3\n",
    }
    found, _ = checked(World(tmp_path), files)
    assert found == [
        ("undefined-variable", "a.acme.md", 2),
        ("broken-link", "a.md", 9),
        ("bad-template", "b.md", 8),
        ("bad-vars", "vars/acme.yaml", 2),
        ("secret", "vars/bsp.yaml", 2),
    ]
