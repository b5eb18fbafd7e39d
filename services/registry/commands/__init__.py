"""What changes the registry: one function per verb, split by noun."""
