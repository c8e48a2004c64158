"""Who may: the viewer, what he sees, and what he may change."""
