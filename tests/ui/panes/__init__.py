"""Tests of the right-hand panes: conversation, composer, customer, dialogs."""
