"""Web pages and PDFs."""
