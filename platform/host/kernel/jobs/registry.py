"""Jobs by name: ``@job("basic_info.import_people", title="导入人员")`` in a capability's ``tasks.py``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask, current_app

from host.kernel.jobs.errors import UnknownJob
from host.kernel.system import System

#: ``function(run: Progress, **arguments) -> dict of counts, "url", "file_id", or None``
JobFunction = Callable[..., dict[str, Any] | None]

#: Folders of the host in which ``tasks`` modules are looked for, beside the systems.
HOST_PACKAGES = ("host.kernel", "host.auth")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A plain function that may run twice without harm. ``words`` name its result's counts on the page."""

    name: str
    title: str
    function: JobFunction
    words: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = False


_jobs: dict[str, Job] = {}


def job(
    name: str, *, title: str, words: Mapping[str, str] | None = None, alone: bool = False
) -> Callable[[JobFunction], JobFunction]:
    """Register a function as job ``name`` (``system.verb_thing``); people read ``title``.

    ``words``: result key → Chinese word, for counts shown on the job's page. ``alone``: at most one run of
    this job at a time, others wait.
    """

    def register(function: JobFunction) -> JobFunction:
        _jobs[name] = Job(name=name, title=title, function=function, words=words or {}, is_alone=alone)
        return function

    return register


def find_job(name: str) -> Job:
    """The job ``name``; loads every ``tasks`` module first where it is not known yet. Raises UnknownJob."""
    if name not in _jobs:
        load_tasks(current_app)
    try:
        return _jobs[name]
    except KeyError:
        raise UnknownJob(name) from None


def load_tasks(app: Flask) -> None:
    """Import every module named ``tasks`` of the systems and the host: that is what registers their jobs."""
    systems: tuple[System, ...] = app.extensions["systems"]
    for package in (*HOST_PACKAGES, *(_package_of(system) for system in systems)):
        for module in _task_modules(package):
            importlib.import_module(module)


def _package_of(system: System) -> str:
    return system.blueprint.import_name.split(".")[0]


@cache
def _task_modules(package: str) -> tuple[str, ...]:
    return tuple(_walk(package))


def _walk(package: str) -> Iterator[str]:
    """Names of the ``tasks`` modules at any depth, also where ``tasks`` became a folder."""
    paths = importlib.import_module(package).__path__
    for found in pkgutil.iter_modules(paths, f"{package}."):
        if found.name.endswith(".tasks"):
            yield found.name
        elif found.ispkg:
            yield from _walk(found.name)
