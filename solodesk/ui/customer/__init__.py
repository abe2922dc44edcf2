"""The customer beside the conversation."""
