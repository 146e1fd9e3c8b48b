"""A shop in Django with a row of recommendations, and a login that merges what was done before."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.management.utils import get_random_secret_key
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

BEHOLDER = os.environ.get("RECOMMENDER_URL", "http://127.0.0.1:5000")
PUBLISHABLE = os.environ["RECOMMENDER_PUBLISHABLE"]  # bhp_..., stands in the page
SECRET = os.environ["RECOMMENDER_SECRET"]  # bhk_..., never leaves this server

settings.configure(
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=get_random_secret_key(),
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
        }
    ],
)


def page(request: HttpRequest, item: str | None = None) -> HttpResponse:
    """Show the front page, or one product."""
    user = request.session.get("user")
    told = {"beholder": BEHOLDER, "key": PUBLISHABLE, "user": user, "item": item}
    return render(request, "shop.html", told)


@require_POST
def login(request: HttpRequest) -> JsonResponse:
    """Log in; a real shop looks at a password here."""
    user = request.session["user"] = request.POST["user"]
    return JsonResponse({"token": _token_of(user, request.POST["visitor"])})


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Log out."""
    request.session.flush()
    return HttpResponse(status=204)


def _token_of(user: str, visitor: str) -> str | None:
    """Ask for a token that speaks as this user, and as the visitor before the login."""
    asked = {"key": PUBLISHABLE, "user": user, "visitor": visitor}
    headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
    call = Request(f"{BEHOLDER}/v1/visitors", json.dumps(asked).encode(), headers)
    try:
        with urlopen(call, timeout=2) as answer:
            return str(json.load(answer)["token"])
    except OSError:
        return None  # nobody is kept from logging in


urlpatterns = [
    path("", page),
    path("product/<path:item>", page),
    path("login", login),
    path("logout", logout),
]

if __name__ == "__main__":
    port = os.environ.get("PORT", "8000")
    execute_from_command_line([sys.argv[0], "runserver", port, "--noreload"])
