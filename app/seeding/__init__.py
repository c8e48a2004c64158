"""The demo practice: made-up people, the same for the same seed (C12)."""
