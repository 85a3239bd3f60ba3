"""The test session: one throwaway database cluster unless DATABASE_URL names a server, and nothing outside.

The environment is set while this module is imported: pytest-django reads the settings right after it.
"""

import atexit
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
_STACK = ExitStack()


def _prepare() -> None:
    """Start the cluster in the first process; the workers of pytest-xdist inherit its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DATABASE_TIMEOUT", "600")  # no test may depend on the machine's speed
    os.environ.setdefault("API_RATE_ANONYMOUS", "100000/min")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    if "KAICHE_TEST_VAR" in os.environ:
        return
    folder = Path(_STACK.enter_context(tempfile.TemporaryDirectory(prefix="kaiche-", ignore_cleanup_errors=True)))
    folder.chmod(0o755)  # as root the server runs under a user of its own
    os.environ["KAICHE_VAR"] = os.environ["KAICHE_TEST_VAR"] = str(folder)
    if not os.environ.get("DATABASE_URL"):
        from apps.common import embedded

        cluster = embedded.cluster(folder / "postgres", throwaway=True)
        os.environ["EMBEDDED_DATABASE_URL"] = _STACK.enter_context(cluster)
    atexit.register(_STACK.close)


_prepare()
django.setup()


@pytest.fixture(autouse=True, scope="session")
def _test_settings() -> Iterator[None]:
    """A fast password hasher, and mail into memory."""
    from django.test.utils import override_settings

    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MAILERS={"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}},
    ):
        yield


@pytest.fixture(autouse=True)
def _clean_slate(settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No cache entry and no active language survives a test; uploads go to a folder that does not."""
    from django.core.cache import cache
    from django.utils import translation

    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"  # type: ignore[attr-defined]
    translation.activate("en")
    yield
    cache.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests come last, whatever is selected: its loop stays in this thread, where Django then refuses its ORM.

    Of those, the one about orders in every state comes first: what the demo's placed orders hold, they hold for 15 minutes.
    """
    items.sort(key=lambda item: (item.path.parent.name == "e2e", item.path.name != "test_order_pages.py"))
