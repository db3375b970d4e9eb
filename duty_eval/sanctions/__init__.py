"""处分和立案: dated facts that keep a person from 好, or from any grade, in the rounds that they touch (R93)."""
