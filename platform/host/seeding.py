"""What every installation starts with, beside its tables: the divisions (R8). The calendar comes with the migration."""

from __future__ import annotations

from basic_info.regions.operations import seed_regions
from config import Settings
from host.app import create_app
from host.kernel.access import SYSTEM
from host.kernel.db import db


def seed(settings: Settings) -> None:
    """Enter what is missing; what is there stays as it is."""
    app = create_app(settings, process="seed")
    with app.app_context():
        seed_regions(actor=SYSTEM)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
