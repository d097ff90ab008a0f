"""Addresses of the pages about claims."""

from django.urls import path

from claims.pages import dashboard, published, queue

urlpatterns = [
    path("queue/", queue.show, name="queue"),
    path("published/", published.show_list, name="published"),
    path("published/<int:number>/", published.show, name="published-claim"),
    path("dashboard/", dashboard.show, name="dashboard"),
]
