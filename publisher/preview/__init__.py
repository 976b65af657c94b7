"""The writer's window: documents in the browser as IT Glue will show them, while they are written.

Loopback only, and it only reads. `library` turns the files on disk into what a page shows, through
the same rules that publish; `account` is told, and may not exist: what a plan says of a document
comes from whoever starts the preview. `desk` brings both together and tells the browsers what
changed, `app` is the web server over it.
"""
