"""A corpus as it stands after its publication, without the hours that the budget would ask for.

Assets go straight into the simulator's database, the state is what reading them back through the
client gives. Fingerprints of bodies are made up, since a plan with nothing changed compares them
and never computes them; how much there is to load and to compare is real.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bench_corpus as corpus
import httpx
from bench_corpus import INSTANCE, Paths

from publisher.config import Instance, state_url
from publisher.gather.catalog import read_catalog
from publisher.gather.corpus import context_of
from publisher.gather.existing import Remote, read_existing
from publisher.gather.project import Project, open_project
from publisher.itglue import ITGlue, RateLimit, Secret
from publisher.marker import Marker
from publisher.model import Catalog, digest
from publisher.simulator import Site, create_app, load_seed
from publisher.source.tree import Tree
from publisher.state import Store, open_store
from publisher.targets import Existing, Known, KnownFile, Record

AGO = 3600.0
"""Seconds since the publication: long enough to be settled."""
UNLIMITED = RateLimit(10_000_000, 1.0)


def publish_at_once(paths: Paths, count: int) -> None:
    """Fill the account, read it back, and write the state."""
    site = Site.open(paths.account, clock=lambda: time.time() - AGO)
    load_seed(site, corpus.seed())
    project = open_project(paths.docs, None)
    tree = project.repository.tree()
    with site.transaction():
        _fill(site, tree, count)
    facts = {"repository": project.name, "instance": INSTANCE}
    store = open_store(state_url(INSTANCE, project.config, {}), project.root, facts)
    asyncio.run(_remember(site, project, tree, store))
    store.close()
    site.close()


def _fill(site: Site, tree: Tree, count: int) -> None:
    organizations, types = (
        {record.name: record.id for record in site.all(name)}
        for name in ("organizations", "flexible_asset_types")
    )
    for number in range(count):
        title, path = f"Runbook {number}", corpus.path_of(number)
        organization = organizations[corpus.organization(number)]
        key = f"d{number:06d}@{organization}"
        body = f"<p>{title}, as it stands in the document.</p>" * 3
        marker = Marker("bench-docs", key, f"{number:012x}", digest(number)[:16])
        traits = {"title": title, "body": body, "owner": "jane", "publisher-key": str(marker)}
        type_id = types[corpus.TYPES[number % len(corpus.TYPES)]]
        data = {"traits": traits, "organization-id": organization, "name": title}
        asset = site.store.insert(
            "flexible_assets", data | {"flexible-asset-type-id": type_id}, None, site.now()
        )
        file = path.removesuffix(".md") + ".csv"
        if file in tree.entries:
            content = base64.b64encode(b"x" * 8).decode()
            upload = {"content": content, "file_name": file.rpartition("/")[2]}
            site.create("attachments", {"attachment": upload}, parent=asset)


async def _remember(site: Site, project: Project, tree: Tree, store: Store) -> None:
    transport = httpx.ASGITransport(create_app(site))
    async with ITGlue(
        base_url=site.web_base, api_key=Secret("bench"), transport=transport, rate_limit=UNLIMITED
    ) as itglue:
        catalog = await read_catalog(itglue, store, refresh=True)
        marker = Instance().marker
        remote = await read_existing(itglue, store, catalog.types, marker, "full")
    store.rebuild(_known(tree, remote))
    store.record(list(_records(project, tree, catalog, remote)))
    store.set_meta("base_url", site.web_base)


def _documents(remote: Remote) -> Iterator[tuple[str, str, Existing]]:
    """(path, key, asset) of each asset."""
    for asset in remote.existing.values():
        assert asset.marker is not None
        key = asset.marker.key
        yield corpus.path_of(int(key[1:].partition("@")[0])), key, asset


def _known(tree: Tree, remote: Remote) -> Iterator[Known]:
    for path, key, asset in _documents(remote):
        # The server keeps a line of text as it is, and rewrites HTML.
        sent = {name: asset.traits[name] for name in ("title", "owner")}
        sent |= {name: digest([path, name]) for name in ("body", "@marker")}
        yield Known(
            key=key,
            document=path,
            blob=tree.entries[path].blob,
            organization_id=asset.organization_id,
            type_id=asset.type_id,
            asset_id=asset.asset_id,
            url=asset.url,
            attempt="0" * 12,
            commit=tree.commit,
            published_at=time.time() - AGO,
            updated_at=asset.updated_at,
            sent=sent,
            seen=dict(asset.traits),
            files=_files(tree, path, asset),
            body="body",
        )


def _files(tree: Tree, path: str, asset: Existing) -> dict[str, KnownFile]:
    folder = path.rpartition("/")[0]
    entries = {f.name: tree.entries[f"{folder}/{f.name}"] for f in (asset.files or {}).values()}
    return {
        file.name: KnownFile(id_, entries[file.name].blob, entries[file.name].size or 0, file.url)
        for id_, file in (asset.files or {}).items()
    }


def _records(project: Project, tree: Tree, catalog: Catalog, remote: Remote) -> Iterator[Record]:
    context = context_of(project.config, project.name, catalog, Instance().marker)
    for path, key, asset in _documents(remote):
        files = _files(tree, path, asset)
        folder = path.rpartition("/")[0]
        uses = {f"{folder}/{name}": file.blob for name, file in files.items()}
        yield Record(path, tree.entries[path].blob, context, uses, (key,))


if __name__ == "__main__":
    paths = Paths(Path(sys.argv[1]))
    corpus.make(paths.docs, int(sys.argv[2]), checkout=False)
    publish_at_once(paths, int(sys.argv[2]))
