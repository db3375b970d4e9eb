"""退回: a breakdown, list or flowchart that waits for a second person goes back with a reason, and comes again."""
