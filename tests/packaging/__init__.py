"""Tests of set-up, locks, translations, notices, the wheel and the architecture."""
