"""The command line: `python -m app ...` (C12)."""
