"""等次: the cap of 优秀 places and the grades proposed for persons."""
