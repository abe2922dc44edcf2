"""Writing: the composer, its picker and its menus."""
