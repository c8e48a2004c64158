"""Files: object storage, what is in a file, previews, rendering and signed links."""
