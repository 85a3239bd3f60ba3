"""The small car of the factories, published once for each test that asks for it."""

import pytest

from apps.configurator.models import Configurator
from tests.factories.configurator import make_configurator


@pytest.fixture
def car(db: None) -> Configurator:
    return make_configurator()
