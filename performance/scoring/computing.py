"""The scores of a run, from the facts of its region to the rows in the database."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select

from basic_info.regions.models import Region
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from performance.schemes.models import Indicator, IndicatorScheme
from performance.scoring.facts import Facts, load_facts
from performance.scoring.marking import Matrix, score
from performance.scoring.models import ScoreRun
from performance.scoring.weights import measured
from performance.scoring.writing import input_hash, write_scores


def write_scores_of(run: ScoreRun, scheme: IndicatorScheme, indicators: Sequence[Indicator], progress: Progress) -> int:
    """Score everybody of the run's region; returns how many have no score.

    The run is told how many persons there are, and the hashes of what went in and what came out.
    """
    region_code = db.session.scalars(select(Region.code).where(Region.id == run.region_id)).one()
    progress.log("正在汇总履职数据")
    facts = load_facts(region_code, run.first_day, run.last_day)
    run.person_count = int(facts.person_ids.size)
    progress.step(0, run.person_count)
    progress.checkpoint()
    progress.log(f"共 {run.person_count} 人，正在计分")
    numerators, denominators = _pairs(facts, measured(indicators))
    scores = score(indicators, numerators, denominators, rounding=scheme.rounding, full_mark=scheme.full_mark)
    run.input_hash = input_hash(run, scheme, facts)
    run.result_hash = write_scores(run.id, facts, numerators, denominators, scores, progress)
    return int((scores.scores < 0).sum())


def _pairs(facts: Facts, columns: Sequence[Indicator]) -> tuple[Matrix, Matrix]:
    """Numerators and denominators, a row for each person and a column for each measured indicator."""
    pairs = [facts.pair(column.data_source) for column in columns if column.data_source is not None]
    return np.column_stack([pair[0] for pair in pairs]), np.column_stack([pair[1] for pair in pairs])
