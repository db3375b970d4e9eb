"""Speed, measured as ratios to raw limits of the same run: ``make bench``."""
