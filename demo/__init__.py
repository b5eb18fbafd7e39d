"""The demonstration: a family's arrival, told against the running platform through its public APIs alone."""
