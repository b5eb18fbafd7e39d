"""Every SELECT of cases, split by noun: cases and parties, and the content that the vault opens."""
