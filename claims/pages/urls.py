"""Addresses of the pages about claims."""

from django.urls import path

from claims.pages import (
    again,
    attaching,
    claim,
    dashboard,
    entering,
    feeds,
    gathering,
    moves,
    published,
    queue,
    steps,
)

urlpatterns = [
    path("queue/", queue.show, name="queue"),
    path("queue/counts/", queue.show_counts, name="queue-counts"),
    path("claims/new/", entering.enter, name="claim-new"),
    path("claims/next/", queue.take_next, name="claim-next"),
    path("claims/<int:number>/", claim.show, name="claim"),
    path("claims/<int:number>/change/", entering.change, name="claim-change"),
    path("claims/<int:number>/attach/", attaching.attach, name="claim-attach"),
    path("claims/<int:number>/attached/<uuid:uuid>/", attaching.judge, name="attachment-judge"),
    path("claims/<int:number>/review/", again.review, name="claim-review"),
    path("claims/<int:number>/recheck/", again.recheck, name="claim-recheck"),
    path("claims/<int:number>/caveat/", moves.check_caveat, name="claim-caveat"),
    path("claims/<int:number>/grade/", gathering.grade, name="claim-grade"),
    path("claims/<int:number>/place/<slug:side>/", gathering.place, name="claim-place"),
    path("claims/<int:number>/gathered/<slug:part>/", gathering.add, name="part-add"),
    path(
        "claims/<int:number>/gathered/<slug:part>/<uuid:uuid>/",
        gathering.change,
        name="part-change",
    ),
    path("claims/<int:number>/lease/", claim.lease, name="claim-lease"),
    path("claims/<int:number>/<slug:verb>/", moves.move, name="claim-verb"),
    path("steps/<uuid:uuid>/answer/", steps.answer, name="step-answer"),
    path("steps/<uuid:uuid>/reopen/", steps.reopen, name="step-reopen"),
    path("published/", published.show_list, name="published"),
    path("published/feed.json", feeds.show_json, name="feed-json"),
    path("published/feed.atom", feeds.show_atom, name="feed-atom"),
    path("published/<int:number>/", published.show, name="published-claim"),
    path("dashboard/", dashboard.show, name="dashboard"),
]
