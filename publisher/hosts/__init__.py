"""Where the repository is hosted: links to its files, and the one comment on a pull request."""
