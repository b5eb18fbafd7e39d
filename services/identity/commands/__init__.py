"""What changes identity: one function per verb, split by noun."""
