"""Composition root of the desk."""
