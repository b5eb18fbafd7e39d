"""What mediation allows, as pure functions: states, guards, clocks, texts (People's Mediation Law)."""
