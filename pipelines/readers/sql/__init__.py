"""Databases by kind: one module each for SQLite, PostgreSQL and what SQLAlchemy has a driver for.

Belongs here: how one kind is connected to, asked and broken off. What all kinds have in common is put together in `pipelines.readers.database`.
"""
