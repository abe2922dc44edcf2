"""The engine process: account loops, outbox loop, protocol."""
