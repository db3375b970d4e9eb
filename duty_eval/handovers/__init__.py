"""岗位交接: what a post's holder hands to the next, kept as it was on the day and confirmed by both."""
