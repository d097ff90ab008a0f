"""What the desk published, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def show_list(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/published_list.html")


@login_not_required
def show(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "claims/published.html")
