"""The sample mailbox and its customers."""
