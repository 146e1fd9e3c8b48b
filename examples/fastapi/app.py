"""A shop in FastAPI with a row of recommendations, and a login that merges what was done before."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Annotated
from urllib.request import Request as Call
from urllib.request import urlopen

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from starlette.middleware.sessions import SessionMiddleware

BEHOLDER = os.environ.get("RECOMMENDER_URL", "http://127.0.0.1:5000")
PUBLISHABLE = os.environ["RECOMMENDER_PUBLISHABLE"]  # bhp_..., stands in the page
SECRET = os.environ["RECOMMENDER_SECRET"]  # bhk_..., never leaves this server

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex(32))
templates = Jinja2Templates(Path(__file__).parent / "templates")


@app.get("/")
def home(request: Request) -> HTMLResponse:
    """Show the front page."""
    return _page(request)


@app.get("/product/{item:path}")
def product(request: Request, item: str) -> HTMLResponse:
    """Show one product."""
    return _page(request, item)


@app.post("/login")
def login(
    request: Request, user: Annotated[str, Form()], visitor: Annotated[str, Form()]
) -> dict[str, str | None]:
    """Log in; a real shop looks at a password here."""
    request.session["user"] = user
    return {"token": _token_of(user, visitor)}


@app.post("/logout", status_code=204)
def logout(request: Request) -> None:
    """Log out."""
    request.session.clear()


def _page(request: Request, item: str | None = None) -> HTMLResponse:
    user = request.session.get("user")
    told = {"beholder": BEHOLDER, "key": PUBLISHABLE, "user": user, "item": item}
    return templates.TemplateResponse(request, "shop.html", told)


def _token_of(user: str, visitor: str) -> str | None:
    """Ask for a token that speaks as this user, and as the visitor before the login."""
    asked = {"key": PUBLISHABLE, "user": user, "visitor": visitor}
    headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
    call = Call(f"{BEHOLDER}/v1/visitors", json.dumps(asked).encode(), headers)
    try:
        with urlopen(call, timeout=2) as answer:
            return str(json.load(answer)["token"])
    except OSError:
        return None  # nobody is kept from logging in


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")))
