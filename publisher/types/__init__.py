"""Flexible asset types: what fits their fields, and types as files that are kept in Git."""

from __future__ import annotations

from publisher.types.fit import Wrong, shape_of, values_of, wrong_trait

__all__ = ["Wrong", "shape_of", "values_of", "wrong_trait"]
