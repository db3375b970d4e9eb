"""履职纪实: staff say what they did for their duties; roll-ups count it."""
