"""The font that files and pictures made on the server are written in; pages use the reader's own."""

from pathlib import Path

SANS = Path(__file__).parent / "data" / "fonts" / "noto-sans-sc.woff2"
