"""Reports of campaigns: built once, written as HTML, XLSX, CSV and JSON."""
