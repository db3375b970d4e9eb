"""Alert rules, alerts and their way to closure (预警与整改)."""
