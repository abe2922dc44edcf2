"""The permanent strip of figures and the fuller panel behind it."""
