"""Use cases: each one transaction and one undo step."""
