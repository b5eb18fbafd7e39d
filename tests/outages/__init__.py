"""Servers and whole platforms that are killed in the middle of work."""
