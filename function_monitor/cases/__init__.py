"""Cases and their events (办件), each pinned to its flowchart version and attributed to people and duties."""
