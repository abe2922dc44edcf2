"""The pane that shows a ticket’s messages."""
