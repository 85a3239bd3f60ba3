"""Paging by distance: a cursor that says how far the last page came, so that it stays quick and stable."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.stores.search import Place


class NearPages(BasePagination):
    """``{"next", "previous", "results"}`` over stores sorted by distance.

    A page ends only between two distances: stores at the very same place come on one page, which may therefore be a
    little longer than ``page_size``.
    """

    page_size = 20
    max_page_size = 100

    def __init__(self, place: Place) -> None:
        self.place = place

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = self._size(request)
        forward, metres = self._read(request.query_params.get("cursor", ""))
        self._request, self._is_last, self._is_first = request, True, True
        if forward:
            rows = list((queryset if metres is None else queryset.filter(distance_m__gt=metres))[: size + 1])
            self._is_last, self._is_first = len(rows) <= size, metres is None
            rows = self._whole(queryset, rows, size)
        else:
            # Backwards the index cannot sort; it finds the circle that the pages before lie in.
            inside = queryset.within(self.place.latitude, self.place.longitude, metres or 0.0)
            rows = list(inside.filter(distance_m__lt=metres).order_by("-distance_m", "-pk")[: size + 1])
            self._is_last, self._is_first = False, len(rows) <= size
            rows = self._whole(queryset, rows, size)
        self._rows = sorted(rows, key=lambda row: (row.distance_m, row.pk))
        return self._rows

    def _whole(self, queryset: Any, rows: list[Any], size: int) -> list[Any]:
        """The page with everybody who is exactly as far away as its last."""
        if len(rows) <= size:
            return rows
        page, extra = rows[:size], rows[size]
        if page[-1].distance_m == extra.distance_m:
            known = {row.pk for row in page}
            page += [row for row in queryset.filter(distance_m=extra.distance_m) if row.pk not in known]
        return page

    def _size(self, request: Request) -> int:
        given = request.query_params.get("page_size", "")
        return min(int(given), self.max_page_size) if given.isdecimal() and int(given[:6]) else self.page_size

    def _read(self, cursor: str) -> tuple[bool, float | None]:
        if not cursor:
            return True, None
        try:
            direction, number = urlsafe_b64decode(cursor.encode()).decode().split(":")
            return direction != "b", float(number)
        except (ValueError, BadBase64) as error:
            raise NotFound("Invalid cursor.") from error

    def _link(self, direction: str, metres: float) -> str:
        cursor = urlsafe_b64encode(f"{direction}:{metres!r}".encode()).decode()
        return replace_query_param(self._request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response(self, data: Any) -> Response:
        following = None if self._is_last or not self._rows else self._link("f", self._rows[-1].distance_m)
        before = None if self._is_first or not self._rows else self._link("b", self._rows[0].distance_m)
        return Response({"next": following, "previous": before, "results": data})
