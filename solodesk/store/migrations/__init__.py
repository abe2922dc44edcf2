"""Alembic: how an older store becomes the present one. Imported only when one must."""
