"""Reports: charts, layouts, files."""
