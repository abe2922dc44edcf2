"""Tests of solodesk.wording."""
