"""The queue: whose turn it is, in an order that is explained."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@permission_required("claims.view_claim", raise_exception=True)
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/queue.html")
