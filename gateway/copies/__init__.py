"""A person's copy of everything: gathered from every app in one decision, as JSON, to print, and signed."""
