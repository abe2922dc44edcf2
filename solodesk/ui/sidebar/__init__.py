"""The left column: views, tags and the way to the other pages."""
