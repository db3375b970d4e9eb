"""常用内容: ready words for a post's duties, kept by its head or the office and offered to whoever holds the post."""
