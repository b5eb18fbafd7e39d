"""Every SELECT of the registry, split by noun."""
