"""Scores go into the database by COPY, as text that is also what the run's seal is taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from performance.schemes.models import IndicatorScheme
from performance.scoring.facts import Facts
from performance.scoring.marking import Scores
from performance.scoring.models import ScoreRun
from performance.scoring.weights import MILLION

#: Persons between two looks at whether the run shall stop.
CHUNK = 8_000
Matrix = NDArray[np.int64]

COPY = (
    "COPY person_score (run_id, person_id, unit_id, section_id, total, score,"
    " numerators, denominators, marks, points, weights) FROM STDIN"
)


def input_hash(run: ScoreRun, scheme: IndicatorScheme, facts: Facts) -> str:
    """SHA-256 of everything that the scores follow from (R121)."""
    parts = (
        run.rule_version,
        run.first_day.isoformat(),
        run.last_day.isoformat(),
        scheme.content_hash or "",
        facts.digest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def write_scores(
    run_id: int, facts: Facts, numerators: Matrix, denominators: Matrix, scores: Scores, progress: Progress
) -> str:
    """Write one row a person; returns the SHA-256 of the rows without the run's number."""
    # COPY needs psycopg's own cursor; it is the session's connection, so it is the session's transaction.
    driver: Any = db.session.connection().connection.driver_connection
    hashed = hashlib.sha256()
    total = int(facts.person_ids.size)
    prefix = f"{run_id}\t"
    with driver.cursor() as cursor, cursor.copy(COPY) as copy:
        for begin in range(0, total, CHUNK):
            part = slice(begin, min(begin + CHUNK, total))
            lines = list(_lines(part, facts, numerators, denominators, scores))
            hashed.update("".join(lines).encode())
            copy.write(prefix + prefix.join(lines))
            progress.step(part.stop, total)
            progress.checkpoint()
    return hashed.hexdigest()


def _lines(part: slice, facts: Facts, numerators: Matrix, denominators: Matrix, scores: Scores) -> Iterator[str]:
    """Rows in COPY's text format, ended by a line feed."""
    array = "{" + ",".join(["%d"] * numerators.shape[1]) + "}"
    heads = np.column_stack([facts.person_ids[part], facts.unit_ids[part], facts.section_ids[part]]).tolist()
    columns = (numerators, denominators, scores.marks, scores.points, scores.weights)
    arrays = [[array % tuple(row) for row in column[part].tolist()] for column in columns]
    # Nothing else in a column of marks can be below 0.
    arrays[2] = [text.replace("-1", "NULL") for text in arrays[2]]
    totals = [_decimal(value, MILLION, 6) for value in scores.totals[part].tolist()]
    shown = [_decimal(value, 100, 2) for value in scores.scores[part].tolist()]
    for (person, unit, section), total, score, *five in zip(heads, totals, shown, *arrays, strict=True):
        yield f"{person}\t{unit}\t{section}\t{total}\t{score}\t" + "\t".join(five) + "\n"


def _decimal(value: int, units: int, places: int) -> str:
    """A whole number of 1/units as COPY reads it; −1 is NULL."""
    return "\\N" if value < 0 else f"{value // units}.{value % units:0{places}d}"
