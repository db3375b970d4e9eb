"""佐证: photos, files and links that a person may add to a record. Never asked for, never counted (R164)."""
