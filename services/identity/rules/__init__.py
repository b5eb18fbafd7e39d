"""Identity's rules, split by noun; pure: no web framework, no database, no bus."""
