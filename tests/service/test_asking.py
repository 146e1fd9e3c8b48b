from __future__ import annotations

import uuid

import httpx
import pytest

from live_server import Server


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def liker(client: httpx.Client, *items: str) -> str:
    """Somebody new who likes items."""
    user = f"somebody-{uuid.uuid4().hex}"
    for item in items:
        event = {"user": user, "item": item, "kind": "like"}
        assert client.post("/v1/interactions", json=event).status_code == 200
    return user


def test_a_stranger_gets_popular_items(client: httpx.Client) -> None:
    answer = client.get("/v1/recommendations", params={"user": "nobody-knows", "k": 5})
    body = answer.json()
    assert body["level"] == "popular"
    assert len(ids(answer)) == 5
    first = body["items"][0]
    assert set(first) == {"id", "title", "score", "picture", "attributes", "reason"}
    assert client.get(first["picture"]["src"]).headers["content-type"] == "image/webp"


def test_a_like_makes_the_answer_personal_and_names_itself_as_the_reason(
    client: httpx.Client,
) -> None:
    liked = "picture-00007"
    answer = client.get("/v1/recommendations", params={"user": liker(client, liked)})
    assert answer.json()["level"] == "personal"
    assert liked not in ids(answer)
    reasons = [item["reason"] for item in answer.json()["items"]]
    named = {part["id"] for reason in reasons for part in reason["because"]}
    assert named == {liked}


def test_quick_and_slow_road_give_the_same_answer(client: httpx.Client) -> None:
    user = liker(client, "picture-00003", "picture-00050")
    quick = client.get("/v1/recommendations", params={"user": user, "k": 12})
    body = client.post("/v1/recommendations", json={"user": user, "k": 12})
    # A parameter given twice is not plain, so the framework reads it.
    slow = client.get(f"/v1/recommendations?user={user}&user={user}&k=12")
    assert quick.json()["items"] == slow.json()["items"] == body.json()["items"]


def test_pages_follow_each_other_without_repeating(client: httpx.Client) -> None:
    user = liker(client, "picture-00004")
    seen: list[str] = []
    page: str | None = None
    for _ in range(3):
        params = {"user": user, "k": 10} | ({"page": page} if page else {})
        answer = client.get("/v1/recommendations", params=params)
        seen += ids(answer)
        page = answer.json()["next"]
    assert len(seen) == len(set(seen)) == 30


def test_a_history_in_the_body_is_answered_without_storing_it(client: httpx.Client) -> None:
    history = [{"item": "picture-00007", "kind": "like"}, "picture-00008"]
    answer = client.post("/v1/recommendations", json={"history": history, "k": 5})
    assert answer.json()["level"] == "session"
    assert not {"picture-00007", "picture-00008"} & set(ids(answer))


def test_unknown_items_of_a_history_are_counted_and_named(client: httpx.Client) -> None:
    history = ["picture-00007", "nowhere", {"item": "gone", "kind": "view"}]
    lost = {"count": 2, "items": ["nowhere", "gone"]}
    answer = client.post("/v1/recommendations", json={"history": history, "k": 5}).json()
    assert answer["unknown"] == lost
    scores = {"history": history, "items": ["picture-00009"]}
    assert client.post("/v1/score", json=scores).json()["unknown"] == lost
    assert client.get("/v1/recommendations", params={"k": 5}).json()["unknown"] is None


def test_excluded_items_are_left_out(client: httpx.Client) -> None:
    user = liker(client, "picture-00009")
    shown = ids(client.post("/v1/recommendations", json={"user": user, "k": 10}))
    more = client.post("/v1/recommendations", json={"user": user, "k": 10, "exclude": shown})
    assert not set(shown) & set(ids(more))


def test_explanations_sum_to_the_score_that_score_gives(client: httpx.Client) -> None:
    user = liker(client, "picture-00001", "picture-00002", "picture-00020")
    target = ids(client.get("/v1/recommendations", params={"user": user}))[0]
    why = client.get("/v1/explain", params={"user": user, "item": target}).json()
    assert why["base"] + sum(part["share"] for part in why["shares"]) == pytest.approx(why["score"])
    scores = client.post("/v1/score", json={"user": user, "items": [target]}).json()["scores"]
    assert scores[target] == pytest.approx(why["score"], rel=1e-4)


def test_similar_items_and_the_item_itself(client: httpx.Client) -> None:
    answer = client.get("/v1/items/picture-00011/similar", params={"k": 4})
    assert len(ids(answer)) == 4
    assert "picture-00011" not in ids(answer)
    assert client.get("/v1/items/picture-00011").json()["title"]


def test_search_by_words_and_by_the_picture_of_an_item(client: httpx.Client) -> None:
    item = client.get("/v1/items/picture-00012").json()
    words = client.post("/v1/search", json={"words": item["title"], "k": 5})
    assert item["title"] in [found["title"] for found in words.json()["items"]]
    assert words.json()["query"] == {"words": item["title"], "picture": False}
    picture = client.get(item["picture"]["src"]).content
    form = {"picture": ("a.webp", picture, "image/webp")}
    found = client.post("/v1/search", files=form, data={"k": "5"})
    assert ids(found)[0] == "picture-00012"
    assert len(ids(found)) == 5


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "/v1/recommendations?k=0", None, 422, "k"),
        ("GET", "/v1/recommendations?k=many", None, 422, "k"),
        ("GET", "/v1/recommendations?colour=red", None, 422, "colour"),
        ("GET", "/v1/recommendations?page=AAAA", None, 422, "page"),
        ("GET", "/v1/items/none", None, 404, "item"),
        ("GET", "/v1/explain", None, 422, "item"),
        ("POST", "/v1/recommendations", {"k": 1, "colour": "red"}, 422, "colour"),
        (
            "POST",
            "/v1/recommendations",
            {"history": [{"item": "a", "kind": "love"}]},
            422,
            "history[0].kind",
        ),
        ("POST", "/v1/score", {"items": []}, 422, "items"),
        ("POST", "/v1/score", {"items": ["none"]}, 404, "item"),
        ("POST", "/v1/search", {"words": "  "}, 422, "words"),
        ("POST", "/v1/search", {"word": "red"}, 422, "word"),
        ("GET", "/nothing", None, 404, ""),
        ("DELETE", "/v1/recommendations", None, 405, ""),
    ],
)
def test_refusals_are_problems_that_name_the_field(
    client: httpx.Client, method: str, path: str, body: object, status: int, field: str
) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"]
    assert problem["detail"]
    assert problem.get("field", "") == field


def test_health_says_what_is_served(server: Server, client: httpx.Client) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    ready = client.get("/health/ready").json()
    assert ready["items"] >= 120
    assert ready["refused"] is None
