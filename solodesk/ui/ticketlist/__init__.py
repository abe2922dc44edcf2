"""The list of tickets: model, painting and pane."""
