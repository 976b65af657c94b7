"""Who is meant: an id, a record, or a name that exactly one record has."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

from publisher.errors import NotOne
from publisher.itglue.models import Attributes, Record
from publisher.itglue.resources import Id, Resource

A = TypeVar("A", bound=Attributes)

Which: TypeAlias = Id | Record[Any]
"""An id (a number, or digits), a record, or a name."""


async def id_of(resource: Resource[A], which: Which) -> str:
    """The id of the one record that is meant; only a name costs a request.

    A name of digits only is taken for an id.

    Raises:
        NotOne: no record has that name, or several have.
    """
    if isinstance(which, Record):
        return which.id
    text = str(which).strip()
    if text.isdecimal():
        return text
    found = await resource.named(text)
    if len(found) != 1:
        raise NotOne(resource.path.rpartition("/")[2], text, [record.id for record in found])
    return found[0].id
