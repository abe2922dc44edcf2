"""Codes and figures in, sentences in the current language out."""
