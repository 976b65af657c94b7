"""Documents for many organizations: variables, values per organization, overrides.

A document with ``template: true`` is filled in for each organization that it goes to, before it is
rendered. Pure: text and values in, text out; whoever calls has read the files.
"""

from __future__ import annotations

from publisher.variables.copy import Copy, Override, fill_in
from publisher.variables.errors import BadTemplate
from publisher.variables.names import Shelf, is_override, overrides
from publisher.variables.values import Values, read_values

__all__ = [
    "BadTemplate",
    "Copy",
    "Override",
    "Shelf",
    "Values",
    "fill_in",
    "is_override",
    "overrides",
    "read_values",
]
