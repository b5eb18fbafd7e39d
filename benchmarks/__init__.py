"""Measurements of the running platform: ratios, both sides in one run, rounds interleaved."""
