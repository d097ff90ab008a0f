"""How lists are paged in the API: by cursor, so that new rows never shift a page."""

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """Newest first; `page_size` up to 200. Follow `next`; do not build cursors."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read where to go on. Raises NotFound, as the parent does, for what we never gave out."""
        cursor: Cursor | None = super().decode_cursor(request)
        text = "0" if cursor is None or cursor.position is None else cursor.position
        if not text.isdecimal() or not int(text[:20]) < 2**63:
            raise NotFound
        return cursor

    def paginate_queryset(self, queryset: QuerySet, request: Request, view=None) -> list | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            sentence = "This cursor is not one of ours. Start again without it."
            raise ValidationError({"cursor": [sentence]}, code="bad_cursor") from None

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if (
            not (text.isascii() and text.isdecimal())
            or not 1 <= int(text[:9]) <= self.max_page_size
        ):
            sentence = f"A page holds 1 to {self.max_page_size} rows, not {text[:20]!r}."
            raise ValidationError({self.page_size_query_param: [sentence]}, code="invalid")
        return int(text)
