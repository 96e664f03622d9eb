"""Experiments that try to break a promise: the machine fails, readers press, files are hostile, persons are looked for.

Each is a test with two sizes: small in `make test` or `make test-slow`, whole in `make faults`, which also writes down what it found (`results`).
"""
