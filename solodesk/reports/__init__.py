"""Charts, HTML, PDF, CSV and XLSX from plain figures."""
