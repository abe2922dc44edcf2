"""Dialogs: report, account, responses, macros, settings."""
