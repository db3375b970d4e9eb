"""请假、出差、借调: when people are away, and what that changes in what is expected of them (R88)."""
