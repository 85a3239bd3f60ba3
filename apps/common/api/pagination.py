"""Lists are paged by cursor: stable while rows come and go, and as quick on page 1,000 as on page 1."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """``{"next", "previous", "results"}``; ``page_size`` up to 100. A view sets ``ordering`` to something unique."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: str | tuple[str, ...] = "-pk"
