"""The product manager's back office: drafts are edited, published versions and saved builds are read."""

from apps.configurator.admin import cars, rules, versions

__all__ = ["cars", "rules", "versions"]
