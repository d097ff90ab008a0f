"""How lists are paged in the API: by cursor, so that new rows never shift a page."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
