"""What granian, gunicorn and ``flask --app host.wsgi`` load."""

import gc
import signal

from sqlalchemy.orm import configure_mappers

from config import Settings
from host.app import create_app
from host.kernel.logs import configure_logs
from host.running.children import end_with_parent

_settings = Settings.from_env()
configure_logs(_settings.log_level, process="web")
# Not asked but ended: a worker that says goodbye waits for the server that is no more, and answers from its port.
end_with_parent(signal.SIGKILL)
app = create_app(_settings)

configure_mappers()  # now, not while the first person waits
# What start-up made stays for good: the collector need not walk it again and again while somebody waits.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
