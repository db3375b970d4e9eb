"""履职看板: sums of records by unit and day, kept by the database, and the pages that show them."""
