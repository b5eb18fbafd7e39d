"""Identity's routes, split by noun: parse, call one command or query, return."""
