"""Writes of entry rules. None of them commits."""

from __future__ import annotations

from duty_eval.entry_rules.queries import RULES

#: From a day on a division goes by other rules.
set_rules = RULES.set
