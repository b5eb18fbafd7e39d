"""Every SELECT of identity, split by noun."""
