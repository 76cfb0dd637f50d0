"""The Excel side of BONSAI: workbooks, commands and, on a desk with Excel, functions and ribbon."""
