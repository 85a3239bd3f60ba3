import pytest


@pytest.fixture(autouse=True)
def _quick_partners(settings: pytest.FixtureRequest) -> None:
    """A day at the maker or the carrier is over at once."""
    settings.FULFILMENT_SPEED = 1e9  # type: ignore[attr-defined]
