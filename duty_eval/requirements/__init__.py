"""填写要求: whether a record of a duty must say in words what was done, and whether evidence is asked for."""
