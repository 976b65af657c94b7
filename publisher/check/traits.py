"""Traits against the type files of the repository, where those describe the document's type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from publisher.check.material import Material
from publisher.config import Instance
from publisher.model import Diagnostic
from publisher.types import Wrong, shape_of, values_of, wrong_trait
from publisher.types.model import TypeSpec, find_spec

_MARKER = Instance().marker


def traits(material: Material, specs: Sequence[TypeSpec]) -> Iterator[Diagnostic]:
    """Errors: what IT Glue would refuse, once its types are as the files say.

    A plan asks the live type instead: so this is for where there is no network.
    """
    for document in material.documents:
        spec = find_spec(document.type, specs)
        if spec is None:
            continue
        kind = spec.as_asset_type()
        page = material.pages.get(document.path)
        try:
            shape = shape_of(document, kind, _MARKER)
        except Wrong as wrong:
            where = "body" if document.body_field else "type"
            yield wrong_trait(document, wrong, where)
            continue
        title = page.title if page else document.title or document.path
        yield from values_of(document, kind, shape, title)[1]
