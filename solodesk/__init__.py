"""SoloDesk: a desktop inbox for a company of one person."""

__version__ = "0.1.0"
