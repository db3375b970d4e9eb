from collections.abc import Callable
from contextlib import AbstractContextManager

from flask.testing import FlaskClient

from basic_info.regions.operations import seed_regions
from host.kernel.access import SYSTEM, Actor, Role
from tests.factories import a_region, an_actor

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]


def test_the_tree_of_divisions_leads_to_their_units(sign_in_as: SignIn) -> None:
    seed_regions(actor=SYSTEM)

    page = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).get("/basic-info/regions").text

    assert ("兰山区" in page, "银雀山街道" in page, "region=371302" in page) == (True, True, True)


def test_the_whole_tree_costs_as_many_queries_as_one_division(sign_in_as: SignIn, count_queries: Counter) -> None:
    client = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300"))

    def cost() -> int:
        with count_queries() as statements:
            client.get("/basic-info/regions")
        return len(statements)

    a_region()
    few = cost()
    seed_regions(actor=SYSTEM)

    assert cost() == few
