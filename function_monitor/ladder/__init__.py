"""告知阶梯: an alert that nobody acts on goes up, person → head → leader → office, and is followed up (R129, R132)."""
