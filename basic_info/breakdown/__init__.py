"""职能分解表: what each section duty comes to, by which measures, and how much of it there was (R45)."""
