"""Addresses of the pages about pictures."""

from django.urls import path

from media.pages import comparing, files, items, library, looking, uploading, why

urlpatterns = [
    path("items/<uuid:uuid>/", items.show, name="item"),
    path("items/<uuid:uuid>/original/", files.original, name="item-original"),
    path("items/<uuid:uuid>/files/<slug:name>/", files.derivative, name="item-derivative"),
    path("items/<uuid:uuid>/retry/", items.retry, name="item-retry"),
    path("items/<uuid:uuid>/sensitivity/", items.sensitivity, name="item-sensitivity"),
    path("items/<uuid:uuid>/why/", why.why, name="item-why"),
    path("matches/<uuid:uuid>/", comparing.compare, name="match"),
    path("matches/<uuid:uuid>/decide/", comparing.decide, name="match-decide"),
    path("matches/<uuid:uuid>/undo/", comparing.undo, name="match-undo"),
    path("library/", library.show, name="library"),
    path("library/lookup/", looking.look_up, name="lookup"),
    path("upload/", uploading.upload, name="upload"),
]
