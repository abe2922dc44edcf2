"""One module a group of tables: the named reads and writes of the store."""
