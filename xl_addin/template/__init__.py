"""The builder of the template workbook: sheets, ribbon and macros."""
