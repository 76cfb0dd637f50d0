"""The plan of a table's rewrite, which closed files and open workbooks share."""
