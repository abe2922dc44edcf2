"""SQLite: tables, transactions, read models, search, backup."""
