"""权责清单: power lists read from the workbooks offices publish, their items, versions and adjustments."""
