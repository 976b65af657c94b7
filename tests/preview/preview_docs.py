"""A small docs repository on disk, and the library of the preview over it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from publisher.gather.project import open_project
from publisher.model import AssetType, Catalog, Field, Organization
from publisher.preview.library import DocsLibrary
from publisher.preview.model import View

CATALOG = Catalog(
    (Organization("1", "Acme Corp"), Organization("2", "Baker & Co")),
    (
        AssetType(
            "9",
            "SOP",
            (
                Field("title", "Title", "Text", required=True, use_for_title=True),
                Field("category", "Category", "Select", options=("Patching", "Backup")),
                Field("about", "About", "Header"),
                Field("servers", "Servers", "Tag", tag_type="Configurations"),
                Field("more", "More", "Header"),
                Field("body", "Body", "Textbox"),
                Field("publisher-key", "Publisher key", "Text"),
            ),
        ),
    ),
)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "6060600000000500 01a5f645400000000049454e44ae426082".replace(" ", "")
)


class DocsRepository:
    """Writes files, and looks at them as the preview does."""

    def __init__(self, root: Path, catalog: Catalog | None = CATALOG) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
        self.write("publisher.toml", '[docs]\nid = "test-docs"\n')
        self.library = DocsLibrary(open_project(root, None), "publisher-key", catalog=catalog)

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def document(
        self, path: str, text: str = "Text.", *, org: str = "Acme Corp", **more: str
    ) -> None:
        """Write a document; *more* is further frontmatter, as YAML."""
        given = {"title": "A document", "org": org and f'"{org}"', "type": "SOP"} | more
        lines = "".join(f"{key}: {value}\n" for key, value in given.items() if value)
        self.write(path, f"---\n{lines}---\n{text}\n")

    def view(self, path: str, organization: str = "") -> View:
        """What the window shows of a document, after a look at the disk."""
        self.library.refresh()
        view = self.library.view(path, organization)
        assert view is not None
        return view
