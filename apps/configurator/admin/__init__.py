"""The product manager's back office: drafts are edited, published versions and saved builds are read."""

from apps.configurator.admin import cars, insight, rules, versions

__all__ = ["cars", "insight", "rules", "versions"]
