"""What people did in IT Glue -> Markdown in the work tree: edits of ours, and assets of theirs."""
