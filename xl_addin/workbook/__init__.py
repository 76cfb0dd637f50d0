"""Workbooks: their layout, the port through which they are read and written, and its kinds."""
