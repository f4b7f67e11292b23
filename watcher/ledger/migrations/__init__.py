"""Alembic migrations, in the package so that they ship with it."""
