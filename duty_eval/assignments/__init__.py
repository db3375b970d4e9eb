"""交办任务: what a head gives somebody to do, until it is done."""
