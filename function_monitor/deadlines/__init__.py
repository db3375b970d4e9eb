"""Step clocks (环节时限) counted in working days."""
