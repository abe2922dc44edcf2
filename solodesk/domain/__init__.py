"""Pure business logic: no I/O, no clock of its own, no wording."""
