"""检索: find clauses, items, functions, duties and steps of all units by their words (B43)."""
