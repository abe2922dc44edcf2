"""Tests of solodesk.domain."""
