"""Long work in the queue: progress, log, cancel and retry, each run kept as a row."""
