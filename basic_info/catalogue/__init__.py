"""公开目录: power lists in force that the office opened to citizens, unit by unit; closed by default."""
