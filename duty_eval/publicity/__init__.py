"""公示: those graded 好 are named inside their unit, objections are answered, the round closes (R93, R101)."""
