"""计分: runs over everybody, their scores and why each is what it is."""
