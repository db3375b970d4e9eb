"""Files (附件): typed by content, kept once by SHA-256, served only through permission checks."""
