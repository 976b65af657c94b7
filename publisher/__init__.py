"""Docs as code for IT Glue."""

__version__ = "0.1.0"
