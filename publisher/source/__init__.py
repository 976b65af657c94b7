"""Git -> Documents: one module runs git, one reads frontmatter; defaults by folder."""
