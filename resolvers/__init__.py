"""The work: reads cut to the viewer, and changes. Plain functions over a connection (ADR-0002)."""
