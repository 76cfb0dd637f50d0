"""The sheets of a BONSAI workbook: one file each, columns beside the values that fill them.

Tables are found by name and columns by header text, so users may move, sort, insert and rename
anything else. The owner of a column says who writes it: what is the user's is never overwritten.
"""
