"""月度履职纪实表: a person's records of a month on paper, for the file and for ink."""
