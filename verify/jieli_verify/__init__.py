"""Checks a Jieli access log from outside. Shares no code with the server: a fault there cannot hide itself here."""
