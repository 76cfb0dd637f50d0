"""The doctor: what is right and wrong with this machine, its settings and a workbook, in words."""
