"""平时考核: a round of a unit, from the person's own summary to the grade, the notice and an objection (R93–R95)."""
