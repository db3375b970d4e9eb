"""审核: section heads review the records of their sections."""
