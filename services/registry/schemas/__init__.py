"""Request and response bodies of the registry, split by noun; answers to writes carry ids and states only."""
