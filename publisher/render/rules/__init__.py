"""What Markdown means here beyond Python-Markdown: one construct, one file, one function."""
