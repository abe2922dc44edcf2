"""Tests of solodesk.cli."""
