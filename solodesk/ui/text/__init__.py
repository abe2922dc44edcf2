"""Rich text of drafts: our small HTML, and a field that paints filled-in details as chips."""
