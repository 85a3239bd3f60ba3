"""How small static files are packed, and how soon."""

from pathlib import Path
from typing import Any

import brotli
import pytest
from whitenoise.compress import Compressor

from apps.common.packing import Packed, Quick

TEXT = b"".join(b".part-%d { margin: %dpx }\n" % (number, number % 7) for number in range(2_000))


@pytest.mark.parametrize(("embedded", "kind"), [(True, Quick), (False, Compressor)])
def test_the_embedded_mode_packs_quickly_and_every_other_one_well(
    settings: pytest.FixtureRequest, tmp_path: Path, embedded: bool, kind: type[Any]
) -> None:
    settings.EMBEDDED = embedded  # type: ignore[attr-defined]
    storage = Packed(location=tmp_path, base_url="/static/")
    compressor: Any = storage.create_compressor(quiet=True)
    assert type(compressor) is kind
    (tmp_path / "site.css").write_bytes(TEXT)
    assert {Path(name).suffix for name in compressor.compress(str(tmp_path / "site.css"))} == {".br", ".gz"}
    packed = (tmp_path / "site.css.br").read_bytes()
    assert brotli.decompress(packed) == TEXT
    assert len(packed) < len(TEXT) / 4
