"""The clock: one leader process fires schedules; each firing only puts a job into the queue, once."""
