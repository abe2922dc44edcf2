"""Bytes into meaning and back; IMAP and SMTP."""
