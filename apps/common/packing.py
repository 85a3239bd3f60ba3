"""Static files with their hash in the name, and compressed."""

from typing import Any

import brotli
from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of Brotli's 0 to 11: a twentieth of the time of 11, for files about a tenth larger.
QUICK = 5


class Quick(Compressor):  # type: ignore[misc]  # whitenoise has no types
    """For a portal whose visitors sit at the same machine, who would rather have it sooner."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        packed: bytes = brotli.compress(data, quality=QUICK)
        return packed


class Packed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As small as can be; in the embedded mode as soon as can be."""

    # Our modules import each other by their hashed names. Django's switch for this would search three.js, too, which imports nothing.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )

    def create_compressor(self, **options: Any) -> Compressor:
        return (Quick if settings.EMBEDDED else Compressor)(**options)
