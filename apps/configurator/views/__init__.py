"""The visitor's pages."""

from .builds import build, compare, find
from .configure import battery, configure, index, save
from .shelf import delete, rename

__all__ = ["battery", "build", "compare", "configure", "delete", "find", "index", "rename", "save"]
