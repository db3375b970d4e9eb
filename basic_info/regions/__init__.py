"""Regions: administrative divisions (行政区划) by their GB/T 2260 codes, effective-dated."""
