"""What granian, gunicorn and ``flask --app host.wsgi`` load."""

import gc

from sqlalchemy.orm import configure_mappers

from config import Settings
from host.app import create_app
from host.kernel.logs import configure_logs
from host.running.children import end_with_parent

_settings = Settings.from_env()
configure_logs(_settings.log_level, process="web")
end_with_parent()
app = create_app(_settings)

configure_mappers()  # now, not while the first person waits
# What start-up made stays for good: the collector need not walk it again and again while somebody waits.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
