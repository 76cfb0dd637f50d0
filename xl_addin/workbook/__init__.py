"""Workbooks: the port through which tables are read and written, and its two kinds."""
