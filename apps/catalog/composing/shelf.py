"""Composed pictures as files, each made once: ``VAR/stills/<digest>-<width>.avif`` and ``.webp``."""

import io
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from PIL import Image

from apps.catalog.composing.layers import Layers, compose
from apps.catalog.composing.recipes import Recipe
from apps.catalog.stills import HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, WIDTH
from apps.common import files

log = structlog.get_logger(__name__)
# How hard the encoder tries is a matter of the visitor's time here: a still that is shipped is packed tighter.
KINDS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 62, "speed": 8},
    "webp": {"quality": 62, "method": 4},
}
SIZES = {WIDTH: HEIGHT, SMALL_WIDTH: SMALL_HEIGHT}
"""Width to height in pixels."""
KEPT = timedelta(days=30)
# Composing takes a third of a second of one core: whoever wants a picture that is not there yet waits for the one before.
_ONE_AT_A_TIME = threading.Lock()


def picture(recipe: Recipe, layers: Layers, kind: str, width: int = WIDTH) -> bytes:
    """A composed picture, from its file or made now. ``kind`` is one of ``KINDS``, ``width`` of ``SIZES``."""
    path = _folder() / f"{recipe.digest(layers)}-{width}.{kind}"
    with suppress(OSError):
        return path.read_bytes()
    with _ONE_AT_A_TIME:
        with suppress(OSError):
            return path.read_bytes()
        packed = io.BytesIO()
        composed = compose(layers, recipe.look)
        if width != WIDTH:
            composed = composed.resize((width, SIZES[width]), Image.Resampling.LANCZOS)
        composed.save(packed, kind.upper(), **KINDS[kind])
        try:
            files.put(path, packed.getvalue())
        except OSError as error:  # a full or read-only disk: it is made again for the next one
            log.warning("still_not_written", path=path.name, error=str(error))
        return packed.getvalue()


def prune(now: float | None = None) -> int:
    """Delete pictures that were made so long ago; how many. Whoever still wants one has it made again."""
    before, gone = (now or time.time()) - KEPT.total_seconds(), 0
    for path in _folder().iterdir() if _folder().is_dir() else ():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _folder() -> Path:
    return Path(settings.VAR) / "stills"
