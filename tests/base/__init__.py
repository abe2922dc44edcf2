"""Tests of solodesk.base."""
