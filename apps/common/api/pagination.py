"""Lists are paged by cursor: stable while rows come and go, and as quick on page 1,000 as on page 1."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class Pages(CursorPagination):
    """``{"next", "previous", "results"}``; ``page_size`` up to 100. A view sets ``ordering`` to something unique."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: str | tuple[str, ...] = "-pk"

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        """The view's ``ordering``, which the framework's own paginator does not look at."""
        ordering: str | tuple[str, ...] = getattr(view, "ordering", self.ordering)
        return (ordering,) if isinstance(ordering, str) else tuple(ordering)
