"""Flexible asset types: what fits their fields, and types as files that are kept in Git."""

from __future__ import annotations

from publisher.types.fit import Shape, seeds_of, shape_of, values_of, wrong_trait
from publisher.types.tags import Name, Tags
from publisher.types.wrong import Wrong

__all__ = ["Name", "Shape", "Tags", "Wrong", "seeds_of", "shape_of", "values_of", "wrong_trait"]
