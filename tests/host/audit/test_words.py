"""What the code writes into the audit log has Chinese words on its pages."""

from __future__ import annotations

import re
from pathlib import Path

from host.web.audit_words import action_words, subject_words

ROOT = Path(__file__).parents[3]
_ACTION = re.compile(r'action="([a-z_]+\.[a-z_]+)"')
#: A subject that is spelled out where it is written: "register:0", f"unit:{unit_id}".
_SUBJECT = re.compile(r'record_change\(\s*f?"([a-z_]+):')


def found_in_sources(pattern: re.Pattern[str]) -> set[str]:
    sources = [
        path
        for folder in ("platform/host", "basic_info", "duty_eval", "function_monitor", "performance")
        for path in (ROOT / folder).rglob("*.py")
    ]
    return {found for path in sources for found in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_subject_that_is_spelled_out_has_words() -> None:
    subjects = found_in_sources(_SUBJECT)

    assert len(subjects) > 5
    assert [one for one in sorted(subjects) if re.search(r"[a-z]", subject_words(f"{one}:1"))] == []


def test_every_action_that_is_written_has_words() -> None:
    actions = found_in_sources(_ACTION)

    assert len(actions) > 40
    assert [action for action in sorted(actions) if re.search(r"[a-z]", action_words(action))] == []
