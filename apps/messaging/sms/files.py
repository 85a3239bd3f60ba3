"""Short messages as files: for development, the demo and tests."""

import hashlib
import json
from pathlib import Path


class FileGateway:
    """One file a message, named after its key: sent twice it is still one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, *, key: str, to: str, text: str) -> str:
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"key": key, "to": to, "text": text}, ensure_ascii=False) + "\n", encoding="utf-8")
        return name
