"""处分和立案: dated facts that keep a person from 好, or from any grade, in the rounds that they touch (R93)."""

from duty_eval.sanctions import errors as errors  # what the database refuses is said in words from here on
