"""What the code writes into the audit log has Chinese words on its pages."""

from __future__ import annotations

import re
from pathlib import Path

from host.web.audit_words import action_words

ROOT = Path(__file__).parents[3]
_ACTION = re.compile(r'action="([a-z_]+\.[a-z_]+)"')


def test_every_action_that_is_written_has_words() -> None:
    sources = [
        path
        for folder in ("platform/host", "basic_info", "duty_eval", "function_monitor", "performance")
        for path in (ROOT / folder).rglob("*.py")
    ]
    actions = {action for path in sources for action in _ACTION.findall(path.read_text(encoding="utf-8"))}

    assert len(actions) > 40
    assert [action for action in sorted(actions) if re.search(r"[a-z]", action_words(action))] == []
