"""What every installation starts with: divisions (R8) and alert rules. The calendar comes with the migration."""

from __future__ import annotations

from basic_info.regions.operations import seed_regions
from config import Settings
from function_monitor.api import seed_rules
from host.app import create_app
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.pages import today_in_china


def seed(settings: Settings) -> None:
    """Enter what is missing; what is there stays as it is."""
    app = create_app(settings, process="seed")
    with app.app_context():
        seed_regions(actor=SYSTEM)
        seed_rules(counts_from=today_in_china())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
