from __future__ import annotations

import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image


def picture_of(client: httpx.Client, item: str) -> bytes:
    found: bytes = client.get(client.get(f"/v1/items/{item}").json()["picture"]["src"]).content
    return found


def ask(client: httpx.Client, image: object, **more: object) -> dict[str, object]:
    answer = client.post("/recommend", json={"image": image, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_picture_as_numbers_or_as_text_is_the_same_picture(client: httpx.Client) -> None:
    data = picture_of(client, "picture-00020")
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").resize((64, 64)))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    by_text = ask(client, text)
    by_bytes = ask(client, pixels.tolist())
    by_shares = ask(client, (pixels / 255.0).tolist())
    by_address = ask(client, "data:image/png;base64," + text)
    by_channels = ask(client, pixels.transpose(2, 0, 1).tolist())
    by_batch = ask(client, pixels.transpose(2, 0, 1)[None].tolist())
    for other in (by_bytes, by_shares, by_address, by_channels, by_batch):
        assert other["prediction"] == pytest.approx(by_text["prediction"], abs=1e-6)
        assert other["similar"] == by_text["similar"]
    assert 0.0 <= by_text["prediction"] <= 1.0  # type: ignore[operator]
    assert by_text["recommendations"] == []
    assert by_text["by"] == "likeness"
    assert by_text.keys() == {"prediction", "by", "similar", "recommendations"}


def test_a_row_of_numbers_is_red_then_green_then_blue(client: httpx.Client) -> None:
    data = picture_of(client, "picture-00020")
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").resize((32, 32)))
    row = pixels.transpose(2, 0, 1).reshape(-1).tolist()
    assert ask(client, row) == ask(client, pixels.tolist())


def test_a_normalised_picture_is_refused_with_what_to_send(client: httpx.Client) -> None:
    answer = client.post("/recommend", json={"image": [-0.5] * 3072})
    assert answer.status_code == 422
    assert "normalised" in answer.json()["detail"]
    assert "0 to 1 or 0 to 255" in answer.json()["remedy"]


def test_the_prediction_follows_the_taste_of_the_user(client: httpx.Client) -> None:
    image = base64.b64encode(picture_of(client, "picture-00030")).decode()
    nobody = ask(client, image, k=100)
    like_it = [each["id"] for each in nobody["similar"]]  # type: ignore[attr-defined]
    for user, kind, items in (
        ("fan", "like", like_it[:6]),
        ("stranger", "like", like_it[-6:]),
        ("foe", "dislike", like_it[:6]),
    ):
        for item in items:
            client.post("/v1/interactions", json={"user": user, "item": item, "kind": kind})
    fan, stranger, foe = (ask(client, image, user=u) for u in ("fan", "stranger", "foe"))
    assert fan["prediction"] > stranger["prediction"]  # type: ignore[operator]
    assert nobody["prediction"] > foe["prediction"]  # type: ignore[operator]
    assert len(fan["recommendations"]) == 10  # type: ignore[arg-type]


def test_more_numbers_than_a_picture_needs_are_refused_before_they_are_read(
    client: httpx.Client,
) -> None:
    many = b"[[" + b"[0,0,0]," * (512 * 512) + b"[0,0,0]]]"
    answer = client.post(
        "/recommend",
        content=b'{"image": ' + many + b"}",
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert "base64" in answer.json()["remedy"]
    assert answer.json()["field"] == "image"


@pytest.mark.parametrize(
    "image",
    [
        [],
        [[]],
        [[[]]],
        [[[1, 2]]],
        [[[0, 0, 256]]],
        [[[-1, 0, 0]]],
        [[[1, 2, 3]], []],
        "%%%",
        7,
        [[1, 2]],
        [1] * 3071,
        [[[[1, 2, 3]]], [[[1, 2, 3]]]],
        [[[[[1]]]]],
    ],
)
def test_what_is_no_picture_is_refused(client: httpx.Client, image: object) -> None:
    answer = client.post("/recommend", json={"image": image})
    assert answer.status_code == 422
    assert answer.json()["field"] == "image"
