"""Gathers the three sides of a plan: Git's documents, the state, and what IT Glue holds."""
