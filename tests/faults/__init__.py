"""Faults of network, server, disk and process, provoked for real (faults.md)."""
