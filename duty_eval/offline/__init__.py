"""离线记录: writing down what was done where there is no signal."""
