"""The product manager's back office: drafts are edited in a workspace, published versions and saved builds are read."""

from apps.configurator.admin import cars, insight, rows, versions

__all__ = ["cars", "insight", "rows", "versions"]
