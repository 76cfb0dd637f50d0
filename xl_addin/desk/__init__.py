"""The workbook that is open in Excel: what buttons and the timer do, arguments of formulas."""
