"""Rows of delimited text and of sheets: headers, titles, one line a row."""
