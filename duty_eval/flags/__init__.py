"""What a reviewer is told about a record before deciding; it never blocks and touches no score by itself (R91)."""
