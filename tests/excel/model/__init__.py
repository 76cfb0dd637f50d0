"""The workbook behind every stand-in for Excel: cells, tables and pictures, held by openpyxl.

It is NOT Excel. What it does is what Microsoft's public reference says that Excel does, as far as
our own calls need it; what is not in here is refused. Nothing in it knows how it is reached:
through COM (`tests/excel/com`), Apple events (`tests/excel/mac`), or the payload of xlwings' remote
engine (`tests/xl_addin/workbook/stand_in_excel.py`).

It computes nothing: a formula shows the value that it had in the file, and none once it is typed or
what it refers to may have changed.
"""
