"""What the systems tell each other. Each signal names its sender and its keywords."""

from blinker import Namespace

_signals = Namespace()

duty_record_submitted = _signals.signal(
    "duty-record-submitted",
    doc="履职纪实 were submitted. Sender: the person's id. Keyword ``days``: set[date].",
)
duty_record_returned = _signals.signal(
    "duty-record-returned",
    doc="A 履职纪实 went back to its author. Sender: the DutyRecord. Keyword ``reason``: str.",
)
score_run_finished = _signals.signal(
    "score-run-finished",
    doc="A 计分 run is complete. Sender: the ScoreRun's id. No keywords.",
)
