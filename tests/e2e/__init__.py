"""Whole stories with real processes and servers."""
