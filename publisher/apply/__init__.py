"""Walks a plan: one change, one remote effect, one state commit."""
