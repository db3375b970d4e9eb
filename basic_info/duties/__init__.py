"""Duties: unit functions, section duties and post duties, the links between the layers and the trace pages."""
