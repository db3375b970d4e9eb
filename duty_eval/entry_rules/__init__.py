"""填报规则: what is checked at entry and afterwards, set by division and from a day on (R90, R91)."""
