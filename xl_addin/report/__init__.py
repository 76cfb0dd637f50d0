"""What is handed on to readers who have nothing installed: a workbook of values, a page."""
