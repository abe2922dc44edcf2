"""Real servers and helpers for tests."""
