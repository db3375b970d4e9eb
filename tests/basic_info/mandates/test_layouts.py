"""Every sample document, in all five layouts, gives exactly the contract."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from basic_info.mandates.parsing import parse_file
from basic_info.mandates.parsing.model import ClauseKind


def _load() -> ModuleType:
    # Test folders are no packages; the maker of documents is loaded by its place.
    name = "mandate_documents"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("documents.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


SAMPLES: dict[str, Any] = {sample.name: sample for sample in _load().samples()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_document_gives_the_contract(name: str) -> None:
    sample = SAMPLES[name]
    assert parse_file(sample.data(), sample.file_name).as_contract() == sample.expected


def test_all_five_layouts_are_among_the_samples() -> None:
    styles = {sample.expected["style"] for sample in SAMPLES.values()}
    assert styles == {"article", "section", "township", "institution", "amendment"}


def test_every_field_keeps_the_words_it_came_from() -> None:
    sample = SAMPLES["article_plain"]
    parsed = parse_file(sample.data(), sample.file_name)
    snippets = [duty.snippet for duty in parsed.duties] + [section.snippet for section in parsed.sections]
    snippets += [quota.snippet for quota in parsed.quotas] + [post.snippet for post in parsed.leaders]
    snippets += [parsed.title.snippet, parsed.rank.snippet, *(plate.snippet for plate in parsed.plates)]
    assert all(snippets)


def test_the_clauses_follow_the_document_and_carry_their_kinds() -> None:
    sample = SAMPLES["article_plain"]
    clauses = parse_file(sample.data(), sample.file_name).clauses
    assert [clause.sort_no for clause in clauses] == list(range(1, len(clauses) + 1))
    assert {clause.kind for clause in clauses} >= set(ClauseKind) - {ClauseKind.MISC}
