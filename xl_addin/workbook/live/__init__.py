"""Workbooks that are open in Excel, through xlwings."""
