import pytest

from tests.unit.site.board import Site


@pytest.fixture
def site() -> Site:
    """Give a site of which nothing is known."""
    return Site()
