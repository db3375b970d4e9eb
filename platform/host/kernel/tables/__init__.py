"""Tables in and out: the one way every workbook and CSV file is read."""
