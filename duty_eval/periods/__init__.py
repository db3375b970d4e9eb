"""期间锁定: a month is closed for a subtree, one person's month or one record is opened again (R90)."""
