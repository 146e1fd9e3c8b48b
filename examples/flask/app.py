"""A shop in Flask with a row of recommendations, and a login that merges what was done before."""

from __future__ import annotations

import json
import os
from urllib.request import Request, urlopen

from flask import Flask, Response, jsonify, render_template, request, session

BEHOLDER = os.environ.get("RECOMMENDER_URL", "http://127.0.0.1:5000")
PUBLISHABLE = os.environ["RECOMMENDER_PUBLISHABLE"]  # bhp_..., stands in the page
SECRET = os.environ["RECOMMENDER_SECRET"]  # bhk_..., never leaves this server

app = Flask(__name__)
app.secret_key = os.urandom(32)


@app.context_processor
def _what_every_page_needs() -> dict[str, str | None]:
    return {"beholder": BEHOLDER, "key": PUBLISHABLE, "user": session.get("user")}


@app.get("/")
def home() -> str:
    """Show the front page."""
    return render_template("shop.html")


@app.get("/product/<path:item>")
def product(item: str) -> str:
    """Show one product."""
    return render_template("shop.html", item=item)


@app.post("/login")
def login() -> Response:
    """Log in; a real shop looks at a password here."""
    session["user"] = request.form["user"]
    return jsonify(token=_token_of(session["user"], request.form["visitor"]))


@app.post("/logout")
def logout() -> tuple[str, int]:
    """Log out."""
    session.clear()
    return "", 204


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


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "8000")))
