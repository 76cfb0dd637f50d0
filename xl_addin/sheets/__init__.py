"""The sheets of a BONSAI workbook: one file each, columns beside the values that fill them."""
