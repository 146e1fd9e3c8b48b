"""Behaviour as other systems export it: kinds, scales, people and moments."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from beholder.behaviour.kinds import KINDS
from beholder.catalogue import kind_words
from beholder.catalogue.card import card
from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.events_of_file import NO_ONE, UNTIMED
from beholder.catalogue.mapping import guess, parse_maps
from beholder.catalogue.moments import NO_CLOCK, REASONS
from beholder.catalogue.report import Report
from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.cli.init import create
from beholder.errors import DataError, UsageError
from beholder.settings_line import write_line
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from command_line import beholder

PURCHASE, VIEW, CART = (KINDS.index(kind) + 1 for kind in ("purchase", "view", "cart"))


def imported(root: Path, name: str, text: str, **asked: object) -> tuple[Store, Report]:
    path = root / name
    path.write_text(text)
    folder = root / "workspace"
    if not folder.exists():
        create(folder, "Shop")
    workspace = Workspace.open(folder)
    store = Store.open(workspace)
    report, _ = import_files(workspace, store, Request(interactions=path, **asked))
    return store, report


def kinds_of(store: Store) -> list[str]:
    return [KINDS[code - 1] for code in store.training_events("train").kinds.tolist()]


def threshold_of(root: Path) -> float | None:
    told = tomllib.loads((root / "workspace/beholder.toml").read_text())
    return told.get("behaviour", {}).get("rating_threshold")


def test_ga4(tmp_path: Path) -> None:
    text = (
        "event_date,event_timestamp,event_name,user_pseudo_id,item_id,item_name\n"
        "20231101,1698830000123456,view_item,1234.567,SKU1,Mug\n"
        "20231101,1698830010123456,add_to_cart,1234.567,SKU1,Mug\n"
        "20231101,1698830020123456,purchase,1234.567,SKU1,Mug\n"
        "20231101,1698830030123456,scroll,1234.567,SKU1,Mug\n"
        "20231101,1698830040123456,remove_from_cart,1234.567,SKU1,Mug\n"
    )
    with imported(tmp_path, "ga4.csv", text)[0] as store:
        assert kinds_of(store) == ["view", "cart", "purchase"]
        assert store.training_events("train").times.tolist()[0] == 1698830000123
    _, report = imported(tmp_path, "again.csv", text)
    (file,) = report.files
    assert file.mapping["time"] == "event_timestamp"
    assert file.unknown_kinds == {"scroll": 1}
    assert report.reasons[kind_words.REASONS[kind_words.BACK]] == 1
    _, report = imported(tmp_path, "mapped.csv", text, words=kind_words.parse(["scroll=view"]))
    assert (report.files[0].added, report.files[0].unknown_kinds) == (1, {})


def test_who_has_not_signed_in_is_known_by_the_browser(tmp_path: Path) -> None:
    text = (
        "event_timestamp,event_name,user_id,user_pseudo_id,item_id\n"
        "1698830000123456,view_item,,1234.567,SKU1\n"
        "1698830010123456,view_item,anna,1234.567,SKU2\n"
        "1698830020123456,view_item,,,SKU3\n"
    )
    store, report = imported(tmp_path, "ga4.csv", text)
    with store:
        assert len(store.snapshot(None, "1234.567")) == 1
        assert len(store.snapshot("anna", None)) == 1
    assert (report.files[0].added, report.reasons) == (2, {NO_ONE: 1})


def test_what_programs_write_for_no_moment_is_none_and_counted(tmp_path: Path) -> None:
    cells = ("0", "2024-01-02", "0000-00-00", "-", "1970-01-01", "soon")
    text = "user,item,time\n" + "".join(f"u{n},a,{cell}\n" for n, cell in enumerate(cells))
    store, report = imported(tmp_path, "log.csv", text)
    with store:
        assert sorted(store.training_events("train").times.tolist()) == [0, 0, 0, 0, 1704153600000]
    assert report.rules[UNTIMED] == 4
    assert report.n_refused == 1
    with Store.open(Workspace.open(tmp_path / "workspace")) as again:
        look = dry_run(again, Request(interactions=tmp_path / "log.csv"))
    assert look.rules[UNTIMED] == 4
    assert look.behaviour is not None
    assert look.behaviour.first == look.behaviour.last == "2024-01-02 00:00:00"
    assert [row.time for row in look.behaviour.rows][:2] == ["", "2024-01-02 00:00:00"]


NEW_YEARS_EVE = 1735653600000  # 31 December 2024, 14:00 UTC


@pytest.mark.parametrize(
    ("names", "days", "clocks"),
    [
        ("Datum,Uhrzeit", ("31.12.2024", "30.12.2024"), ("14:05", "09:10")),
        ("date,time", ("12/31/2024", "12/30/2024"), ("2:05 PM", "9:10 am")),
        ("Date,Heure", ("31/12/2024", "30/12/2024"), ("14h05", "9 h 10")),
        ("日期,时间", ("2024-12-31", "2024/12/30"), ("14:05:00", "9:10:00.0")),
        ("time,date", ("2024-12-31", "2024-12-30"), ("14:05", "9:10")),
        ("Tag,Zeit", ("2024-12-31 00:00:00", "20241230"), ("14:05 Uhr", "9.10")),
    ],
)
def test_a_day_and_its_time_of_day_are_one_moment(
    tmp_path: Path, names: str, days: tuple[str, ...], clocks: tuple[str, ...]
) -> None:
    pairs = zip(days, clocks, strict=True)
    cells = [(b, a) if names == "time,date" else (a, b) for a, b in pairs]
    rows = [f"u{n},a,{first},{second}\n" for n, (first, second) in enumerate(cells)]
    store, report = imported(tmp_path, "log.csv", f"user,item,{names}\n" + "".join(rows))
    with store:
        times = sorted(store.training_events("train").times.tolist())
    day_before = NEW_YEARS_EVE - (24 + 5) * 3_600_000
    assert times == [day_before + 10 * 60_000, NEW_YEARS_EVE + 5 * 60_000]
    clock, day = report.files[0].mapping["time_of_day"], report.files[0].mapping["time"]
    assert f"{clock} is read as the time of day of {day}" in report.files[0].said
    assert report.files[0].ignored == []


def test_a_time_of_day_that_is_none_is_refused_and_an_empty_one_is_midnight(tmp_path: Path) -> None:
    cells = ("14:05", "25:10", "", "13:00 PM", "12:05 am", "14:05:00")
    text = "user,item,Datum,Uhrzeit\nu9,a,00.00.0000,14:05\n" + "".join(
        f"u{n},a,31.12.2024,{cell}\n" for n, cell in enumerate(cells)
    )
    store, report = imported(tmp_path, "log.csv", text)
    midnight = NEW_YEARS_EVE - 14 * 3_600_000
    with store:
        assert sorted(store.training_events("train").times.tolist()) == [
            0, midnight, midnight + 5 * 60_000, *[NEW_YEARS_EVE + 5 * 60_000] * 2
        ]  # fmt: skip
    assert report.reasons == {REASONS[NO_CLOCK]: 2}


def test_a_moment_is_left_alone_by_a_time_of_day_beside_it(tmp_path: Path) -> None:
    text = "user,item,timestamp,date,time\nu,a,1700000001,2024-12-31,14:05\n"
    store, report = imported(tmp_path, "log.csv", text)
    with store:
        assert store.training_events("train").times.tolist() == [1700000001000]
    assert report.files[0].ignored == ["date", "time"]
    told = {"time_of_day": "at"}
    with pytest.raises(DataError, match="no column that looks like a day"):
        imported(tmp_path, "more.csv", "user,item,at\nu,a,14:05\n", maps=told)


def test_segment(tmp_path: Path) -> None:
    store, report = imported(
        tmp_path,
        "segment.csv",
        "event,user_id,product_id,timestamp\n"
        "Product Viewed,u1,p1,2023-11-01T10:00:00.000Z\n"
        "Product Added,u1,p1,2023-11-01T10:01:00.000Z\n"
        "Order Completed,u1,p1,2023-11-01T10:02:00.000Z\n",
    )
    with store:
        assert kinds_of(store) == ["view", "cart", "purchase"]
    assert report.n_refused == 0


def test_metarank_names_the_kind_in_another_column(tmp_path: Path) -> None:
    rows = [("click", "a", 1690000000), ("purchase", "b", 1690000001)]
    lines = [
        json.dumps(
            {"event": "interaction", "type": kind, "user": "u", "item": item, "timestamp": at}
        )
        for kind, item, at in rows
    ]
    store, report = imported(tmp_path, "metarank.jsonl", "\n".join(lines))
    with store:
        assert kinds_of(store) == ["click", "purchase"]
    assert report.files[0].mapping["kind"] == "type"


def test_gorse_and_otto(tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {"FeedbackType": kind, "UserId": "b", "ItemId": kind, "Timestamp": f"2022-02-2{n + 1}"}
        )
        for n, kind in enumerate(("star", "dislike", "carts"))
    ]
    store, _ = imported(tmp_path, "gorse.jsonl", "\n".join(lines))
    with store:
        assert kinds_of(store) == ["like", "dislike", "cart"]


def test_a_return_is_no_liking(tmp_path: Path) -> None:
    text = "user,item,qty,time,event_type\nu,a,2,2023-01-01,purchase\nu,a,-2,2023-01-02,purchase\n"
    store, report = imported(tmp_path, "returns.csv", text)
    with store:
        assert store.training_events("train").values.tolist() == [2]
    assert report.reasons == {"takes something back, which is no liking": 1}


def test_a_row_without_a_user_is_of_its_session(tmp_path: Path) -> None:
    text = (
        "user_id,session_id,item_id,timestamp\n"
        "u1,s1,a,1700000000\n,s2,a,1700000100\n,s2,b,1700000200\n,,a,1700000300\ns2,,b,1700000400\n"
    )
    store, report = imported(tmp_path, "sessions.csv", text)
    with store:
        people = store.training_events("train")
        assert (len(people), people.n_users) == (4, 3)  # a user s2 is not the session s2
        assert [row["item"] for row in list(store.export("u1"))[1:]] == ["a"]
    assert report.n_refused == 1


def test_words_for_nothing_are_nobody(tmp_path: Path) -> None:
    words = ["NULL", "\\N", "nan", "None", "undefined", "<NA>", ""]
    rows = "".join(f"{word},a,170000000{i}\n" for i, word in enumerate(words))
    text = (
        f"user_id,item_id,timestamp\n{rows}u1,NULL,1700000100\nu1,a,1700000200\nNA,a,1700000300\n"
    )
    for name in ("null.csv", "null.jsonl"):
        root = tmp_path / name
        root.mkdir()
        lines = [line.split(",") for line in text.splitlines()[1:]]
        body = (
            text
            if name.endswith("csv")
            else "\n".join(
                f'{{"user_id": "{u}", "item_id": "{i}", "timestamp": {t}}}'.replace("\\", "\\\\")
                for u, i, t in lines
            )
        )
        store, report = imported(root, name, body)
        with store:
            assert store.items()["item_id"].to_pylist() == ["a"]
            assert store.training_events("train").n_users == 2  # NA may be somebody
        assert report.n_refused == 8


@pytest.mark.parametrize(
    ("column", "numbers", "scale", "threshold", "refused"),
    [
        ("rating", [1, 4, 5, 3], "1 to 5", 3.5, 0),
        ("star_rating", [5, 1, 1, 2], "1 to 5", 3.5, 0),
        ("Book-Rating", [10, 4, 7, 0], "1 to 10", 6.5, 1),
        ("Book-Rating", [10, 4, 1, 1, 0], "1 to 10", 6.5, 0),  # as seldom as the other low ones
        ("My Rating", [5, 0, 0, 0, 4, 1], "1 to 5", 3.5, 3),
        ("Rating", [5, 0, 0, 0.5, 4, 1], "1 to 5", 3.5, 0),  # halves of stars begin below one
        ("rating", [-1, 4, 10, 5], "1 to 10", 6.5, 1),
        ("score", [20, 90, 35, 70], "0 to 100", 65, 0),
        ("rating", [-1, 1, 1, 0], "-1 to 1", 0.5, 1),
    ],
)
def test_ratings_are_likes_by_their_scale(
    tmp_path: Path,
    column: str,
    numbers: list[int],
    scale: str,
    threshold: float,
    refused: int,
) -> None:
    rows = "".join(f"u,i{i},{n},170000000{i}\n" for i, n in enumerate(numbers))
    store, report = imported(tmp_path, "r.csv", f"user,item,{column},timestamp\n{rows}")
    with store:
        assert set(kinds_of(store)) == {"rating"}
    assert report.n_refused == refused
    said = " ".join(report.files[0].said)
    assert f"ratings of {scale}: from {threshold:g} on" in said
    assert threshold_of(tmp_path) == threshold
    with Store.open(Workspace.open(tmp_path / "workspace")) as store:
        made = card(store)
    assert made.rating_scale == scale
    assert not any("rating_threshold" in warning for warning in made.warnings)


def test_ratings_on_no_usual_scale_are_named(tmp_path: Path) -> None:
    rows = "u,a,5,1700000000\nu,b,740,1700000001\n"
    store, report = imported(tmp_path, "r.csv", f"user,item,rating,timestamp\n{rows}")
    with store:
        assert set(kinds_of(store)) == {"rating"}
    assert threshold_of(tmp_path) is None
    (said,) = (one for one in report.files[0].said if "scale" in one)
    assert said.startswith("warning: ratings of 5 to 740 are on no usual scale")


def test_a_dry_run_names_ratings_on_no_usual_scale(tmp_path: Path) -> None:
    create(tmp_path / "workspace", "Shop")
    (tmp_path / "r.csv").write_text("user,item,rating\nu,a,5\nu,b,740\n")
    words = "import", tmp_path / "workspace", "--interactions", tmp_path / "r.csv", "--dry-run"
    assert (
        "2 rating, on a scale of 5 to 740 (no usual one): likes from 3.5 on" in beholder(*words)[0]
    )


def test_the_scale_is_that_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is read in parts: the first of them may have only small ratings."""
    monkeypatch.setattr("beholder.catalogue.readers.jsonl.BATCH", 1)
    monkeypatch.setattr("beholder.catalogue.readers.lines.BLOCK", 64)
    rows = [
        {"user": "u", "item": f"i{n}", "rating": n, "timestamp": 1700000000 + n} for n in (4, 9)
    ]
    _, report = imported(tmp_path, "r.jsonl", "\n".join(map(json.dumps, rows)))
    assert any("ratings of 1 to 10: from 6.5" in said for said in report.files[0].said)
    assert threshold_of(tmp_path) == 6.5


def test_a_threshold_that_another_import_just_wrote_is_the_one_that_holds(tmp_path: Path) -> None:
    path = tmp_path / "r5.csv"
    path.write_text(rated([1 + i % 5 for i in range(50)]))
    workspace = Workspace.open(create(tmp_path / "workspace", "Shop"))
    assert workspace.settings.behaviour.rating_threshold == 3.5  # read before the other ends
    with Store.open(workspace) as store:
        write_line(workspace.toml, "behaviour", "rating_threshold", 6.5, "of 1 to 10")
        report, _ = import_files(workspace, store, Request(interactions=path))
    misfit = "behaviour.rating_threshold = 6.5 does not fit ratings of 1 to 5: 3.5 would"
    assert any(said.startswith(f"warning: {misfit}") for said in report.files[0].said)
    assert not any("they are likes" in said for said in report.files[0].said)


def test_items_are_made_as_another_import_just_wrote(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user,item\nu,a\nu,new\n")
    workspace = Workspace.open(create(tmp_path / "workspace", "Shop"))
    assert not workspace.settings.behaviour.makes_items  # read before the other ends
    with Store.open(workspace) as store:
        store.put_items([ItemRecord("a", "a")])
        write_line(workspace.toml, "behaviour", "makes_items", True, "of another log")
        report, _ = import_files(workspace, store, Request(interactions=path))
    assert report.files[0].added == 2


def test_a_second_scale_changes_no_threshold_and_is_named(tmp_path: Path) -> None:
    imported(tmp_path, "a.csv", "user,item,rating,timestamp\nu,a,5,1700000000\nu,b,2,1700000001\n")
    more = "user,item,rating,timestamp\nv,a,9,1700000000\nv,b,2,1700000001\n"
    store, report = imported(tmp_path, "b.csv", more)
    with store:
        assert any("does not fit ratings of 1 to 10" in text for text in card(store).warnings)
    assert threshold_of(tmp_path) == 3.5
    assert any(said.startswith("warning: ") for said in report.files[0].said)


def test_a_mapped_column_of_stars_is_ratings_and_others_are_asked_for(tmp_path: Path) -> None:
    rows = "".join(f"u,i{i},{n},170000000{i}\n" for i, n in enumerate([5, 1, 4, 2]))
    text = f"user,item,B,timestamp\n{rows}"
    store, report = imported(tmp_path, "b.csv", text, maps={"value": "B"})
    with store:
        assert set(kinds_of(store)) == {"rating"}
    assert report.files[0].said[0] == "rating: the numbers of B look like a scale of 1 to 5"
    text = text.replace(",4,", ",431.5,")
    with pytest.raises(DataError, match=r"numbers of B count: 1 to 431.5.*--kind rating"):
        imported(tmp_path, "c.csv", text, maps={"value": "B"})
    store, _ = imported(tmp_path, "c.csv", text, maps={"value": "B"}, kind="watch")
    with store:
        assert "watch" in kinds_of(store)


ITALIAN = "cliente,articolo,ora,voto,azione\nu,a,1700000000,5,comprato\nv,b,1700000001,1,x\n"


def test_columns_that_are_not_used_are_named_by_the_import_and_in_the_reason(
    tmp_path: Path,
) -> None:
    maps = {"user": "cliente", "item_id": "articolo"}
    store, report = imported(tmp_path, "log.csv", ITALIAN, maps=maps)
    with store:
        assert set(kinds_of(store)) == {"click"}
    (file,) = report.files
    assert file.ignored == ["ora", "voto", "azione"]
    assert file.said == [
        "click: no column that is known as kinds or numbers (not used: ora, voto, azione)",
        "2 items made of ids alone; a file of items or a folder of pictures brings the rest",
    ]
    said = "".join(
        beholder(
            "import", tmp_path / "workspace", "--interactions", tmp_path / "log.csv",
            "--map", "user=cliente", "--map", "item_id=articolo",
        )
    )  # fmt: skip
    assert "log.csv: not used: ora, voto, azione" in said


def rated(numbers: list[float]) -> str:
    rows = "".join(f"u{i % 7},i{i},{n},{1700000000 + i}\n" for i, n in enumerate(numbers))
    return f"user,item,rating,timestamp\n{rows}"


def test_one_slip_among_hundreds_of_ratings_is_no_scale_and_is_named(tmp_path: Path) -> None:
    numbers = [1 + i % 5 for i in range(300)] + [50]
    _, report = imported(tmp_path, "r.csv", rated(numbers))
    assert threshold_of(tmp_path) == 3.5
    slip = "1 of 301 ratings lie above 1 to 5, up to 50"
    (warning,) = (said for said in report.files[0].said if said.startswith("warning"))
    assert slip in warning
    assert "behaviour.rating_threshold" in warning
    with Store.open(Workspace.open(tmp_path / "workspace")) as store:
        made = card(store)
    assert made.rating_scale == "1 to 5"
    assert any(slip in text for text in made.warnings)


@pytest.mark.parametrize("n", [30, 300])
def test_a_threshold_that_hardly_any_rating_reaches_is_named_with_the_numbers(
    tmp_path: Path, n: int
) -> None:
    """In a small file one slip of 50 is more than one in a hundred, and so a scale."""
    slips = max(1, n // 60)
    numbers = [1 + i % 5 for i in range(n)] + [50] * slips
    _, report = imported(tmp_path, "r.csv", rated(numbers))
    assert threshold_of(tmp_path) == 65
    few = f"0 of {n + slips} ratings reach behaviour.rating_threshold = 65"
    assert any(said.startswith(f"warning: {few}") for said in report.files[0].said)
    with Store.open(Workspace.open(tmp_path / "workspace")) as store:
        assert any(few in text for text in card(store).warnings)


def test_ratings_of_which_one_in_a_hundred_is_a_like_are_no_warning(tmp_path: Path) -> None:
    _, report = imported(tmp_path, "r.csv", rated([1] * 99 + [5]))
    assert not any(said.startswith("warning") for said in report.files[0].said)


def test_dates_with_slashes_are_read_where_the_file_tells_how_and_that_is_said(
    tmp_path: Path,
) -> None:
    text = "user,item,date\nu,a,01/02/2020\nu,b,09/13/2020\n"
    store, report = imported(tmp_path, "a.csv", text)
    with store:
        assert store.training_events("train").times.tolist() == [1577923200000, 1599955200000]
    said = "dates such as 09/13/2020 are read as month/day/year"
    assert said in report.files[0].said
    words = "import", tmp_path / "workspace", "--interactions", tmp_path / "a.csv", "--dry-run"
    assert said in beholder(*words)[0]
    _, report = imported(tmp_path, "b.csv", text.replace("09/13", "09/03"))
    (reason,) = report.reasons
    assert (report.n_refused, reason[:40]) == (2, "time may begin with the day or the month")
    (tmp_path / "a.csv").write_text("user,item,date\nu,a,soon\n")
    assert "no row that would be kept has a moment" in beholder(*words, status=1)[0]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("gekauft", "purchase"),
        ("In den Warenkorb", "cart"),
        ("Gefällt mir", "like"),
        ("gefällt-mir-nicht", "dislike"),
        ("angesehen", "view"),
        ("gesehen", "view"),
        ("gemerkt", "save"),
        ("gespeichert", "save"),
        ("ausgeblendet", "hide"),
        ("abgespielt", "watch"),
        ("angehört", "watch"),
        ("Zufriedenheit", "satisfaction"),
        ("Rezension", "review"),
        ("rezensiert", "review"),
    ],
)
def test_german_words_for_kinds_are_known(word: str, kind: str) -> None:
    (code,) = kind_words.codes_of([word]).tolist()
    assert KINDS[code - 1] == kind
    assert kind_words.codes_of(["Zurückgesendet"]).tolist() == [kind_words.BACK]


def test_a_chinese_file_is_read_as_it_comes(tmp_path: Path) -> None:
    words = {
        "浏览": "view", "点击": "click", "点赞": "like", "不感兴趣": "dislike", "收藏": "save",
        "隐藏": "hide", "加入购物车": "cart", "购买": "purchase", "播放": "watch", "分享": "share",
        "评价": "review", "瀏覽": "view", "購買": "purchase", "看过": "view", "观看": "watch",
    }  # fmt: skip
    rows = "".join(
        f"u{i},a,{word},2024-01-{i + 1:02d}\n" for i, word in enumerate([*words, "退货", "打卡"])
    )
    store, report = imported(tmp_path, "log.csv", f"用户ID,商品ID,行为类型,时间\n{rows}")
    with store:
        assert sorted(kinds_of(store)) == sorted(words.values())
    assert report.files[0].unknown_kinds == {"打卡": 1}
    assert report.n_refused == 2


def test_chinese_ratings_have_their_number() -> None:
    found = guess("interactions", ["用户ID", "商品ID", "评分", "时间"], {}, "log.csv")
    assert found == {"user": "用户ID", "item_id": "商品ID", "value": "评分", "time": "时间"}
    assert kind_words.codes_of(["评分"]).tolist() == [KINDS.index("rating") + 1]


def test_each_word_is_of_one_kind() -> None:
    every = [*kind_words.TAKES_BACK, *(w for own in kind_words.WORDS.values() for w in own)]
    assert len(set(every)) == len(every)
    assert kind_words.WORDS.keys() == set(KINDS)


def test_words_of_any_writing_can_be_mapped() -> None:
    own = kind_words.parse(["打卡=purchase", "просмотр=none"])
    assert kind_words.codes_of(["打卡", "просмотр"], own).tolist() == [PURCHASE, kind_words.LEFT]


def test_several_words_in_one_option_are_refused_with_how_to_say_them() -> None:
    with pytest.raises(UsageError, match="--map-kind a=view --map-kind b=click"):
        kind_words.parse(["a=view,b=click"])
    with pytest.raises(UsageError, match="--map user=kunde --map item_id=nr"):
        parse_maps(["user=kunde,item_id=nr"])
    assert parse_maps(["title=a,b"]) == {"title": "a,b"}


def test_of_many_unknown_kinds_ten_are_named_and_that_there_are_more(
    tmp_path: Path,
) -> None:
    create(tmp_path / "workspace", "Shop")
    workspace = Workspace.open(tmp_path / "workspace")
    for n, more in ((10, False), (11, True), (130_000, True)):
        rows = "".join(f"u,a,frob{i},1700000000\n" for i in range(n))
        (tmp_path / "log.csv").write_text("user,item_id,event,time\nu,a,click,1700000000\n" + rows)
        request = Request(interactions=tmp_path / "log.csv")
        with Store.open(workspace) as store:
            seen = dry_run(store, request).behaviour
            (file,) = import_files(workspace, store, request)[0].files
        assert seen is not None
        for found in (seen, file):
            assert len(found.unknown_kinds) == 10
            assert found.more_unknown_kinds is more


def test_that_more_kinds_are_unknown_is_printed(tmp_path: Path) -> None:
    create(tmp_path / "workspace", "Shop")
    rows = "".join(f"u,a,frob{i},1700000000\n" for i in range(30))
    (tmp_path / "log.csv").write_text("user,item_id,event,time\nu,a,click,1700000000\n" + rows)
    words = "import", tmp_path / "workspace", "--interactions", tmp_path / "log.csv"
    said, _ = beholder(*words, "--dry-run")
    assert "and others of no kind" in said
    said, _ = beholder(*words)
    assert "frob9 (1) and others; say --map-kind" in said


def test_the_column_of_ratings_is_known_or_asked_for(tmp_path: Path) -> None:
    beholder("init", tmp_path / "shop")
    for column, status in (("Wert", 0), ("valeur", 0), ("Noten", 1)):
        log = tmp_path / f"{column}.csv"
        log.write_text(f"Kunde;Artikel;Ereignis;{column};Datum\nu;a;rating;4;2025-03-01\n")
        words = "import", tmp_path / "shop", "--interactions", log
        said = "".join(beholder(*words, status=status))
        assert ("--map value=COLUMN" in said) == bool(status), said
    assert "value=Noten" in beholder(*words, "--map", "value=Noten")[1]
