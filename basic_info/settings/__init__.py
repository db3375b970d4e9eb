"""职责库设置: how the whole city's duty library is kept, one row for all units."""
