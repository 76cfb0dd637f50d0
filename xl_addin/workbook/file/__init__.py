"""Closed workbooks: changed at package level, everything else in them untouched."""
