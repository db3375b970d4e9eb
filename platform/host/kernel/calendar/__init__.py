"""The working-day calendar (工作日): a table of days, official or provisional, and counting by it."""
