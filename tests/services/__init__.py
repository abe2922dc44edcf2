"""Tests of solodesk.services."""
