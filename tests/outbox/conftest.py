import pytest


@pytest.fixture(autouse=True)
def _this_machine_may_listen(settings: pytest.FixtureRequest) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True  # type: ignore[attr-defined]
