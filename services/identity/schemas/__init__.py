"""Request and response bodies of identity, split by noun."""
