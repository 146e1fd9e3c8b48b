"""Settings: the file, then the environment, then flags; what is wrong is said with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.errors import SettingsError
from beholder.settings import EVENT_WEIGHTS, OUT_OF_STOCK, Settings, load, names


def written(folder: Path, text: str) -> Path:
    path = folder / "beholder.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load(None, {}) == load(tmp_path / "missing.toml", {}) == Settings()


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[serve]\nport = 1\nhost = "file"\nworkers = 2')
    found = load(
        path,
        {"BEHOLDER_SERVE_PORT": "2", "BEHOLDER_SERVE_HOST": "environment"},
        {"serve.port": 3, "serve.workers": None},
    )
    assert (found.serve.port, found.serve.host, found.serve.workers) == (3, "environment", 2)


@pytest.mark.parametrize(
    ("variable", "text", "name", "expected"),
    [
        ("BEHOLDER_TRAIN_BUDGET", "90s", "train.budget", "90s"),
        ("BEHOLDER_TITLE", "2024", "title", "2024"),
        ("BEHOLDER_TITLE", "'quoted'", "title", "quoted"),
        ("BEHOLDER_TITLE", "true", "title", "true"),
        ("BEHOLDER_SERVE_CORS_ORIGINS", '["https://a.example"]', "serve.cors_origins",
         ["https://a.example"]),
        ("BEHOLDER_PRIVACY_PROFILING_DEFAULT", "false", "privacy.profiling_default", False),
        ("BEHOLDER_BEHAVIOUR_RATING_THRESHOLD", "4", "behaviour.rating_threshold", 4.0),
        ("BEHOLDER_BEHAVIOUR_WEIGHTS", "{view = 0.0}", "behaviour.weights",
         {**EVENT_WEIGHTS, "view": 0.0}),
    ],
)  # fmt: skip
def test_the_environment_is_read_as_toml_or_text(
    variable: str, text: str, name: str, expected: object
) -> None:
    value: object = load(None, {variable: text})
    for part in name.split("."):
        value = getattr(value, part)
    assert value == expected
    assert type(value) is type(expected)


def test_weights_that_are_not_named_keep_their_default(tmp_path: Path) -> None:
    found = load(written(tmp_path, "[behaviour.weights]\nview = 0.1"), {})
    assert found.behaviour.weights == {**EVENT_WEIGHTS, "view": 0.1}
    assert Settings().behaviour.weights == EVENT_WEIGHTS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[serve]\nprot = 1", "'serve.prot'.*did you mean serve.port"),
        ("[sevre]\nport = 1", "no setting 'sevre'"),
        ("serve = 5", "no setting 'serve'"),
        ("titel = 'x'", "did you mean title"),
        ("zzz = 1", r"docs/settings\.md"),
        ("[behaviour.weights]\nlikes = 1.0", "no kind of event 'likes'.*did you mean like"),
        ("[behaviour.weights]\nqqqq = 1.0", "one of view, click"),
        ("[behaviour.weights]\nlike = -1.0", r"wrong value.*behaviour\.weights"),
        ("[behaviour.weights]\nlike = 'much'", "wrong value"),
        ("[serve]\nport = 70000", r"wrong value.*serve\.port"),
        ("[serve]\nport = '80'", r"wrong value.*serve\.port"),
        ("[behaviour]\nhistory_limit = 0", "wrong value"),
        ("[serve\nport = 1", "not valid TOML"),
        ("[facets]\nprice = 'money'", r"wrong value.*facets"),
        ("rules = 'none'", r"wrong value.*rules"),
        ("[title]\na = 1", r"wrong value.*title"),
    ],
)
def test_what_is_wrong_is_refused_with_a_hint(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(written(tmp_path, text), {})


def test_a_setting_may_be_a_table_or_a_list_of_tables(tmp_path: Path) -> None:
    text = '[facets]\nprice = "number"\n[[rules]]\nrule = "ban"\nwhere = "price < 1"'
    found = load(written(tmp_path, text), {})
    assert found.facets == {"price": "number"}
    assert found.rules == [{"rule": "ban", "where": "price < 1"}]
    assert found.out_of_stock == OUT_OF_STOCK


def test_a_wrong_section_is_refused_whatever_the_environment_adds(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no setting 'serve'"):
        load(written(tmp_path, "serve = 5"), {"BEHOLDER_SERVE_PORT": "5001"})


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "beholder.toml"
    path.write_bytes(b"title = '\xff\xfe'")
    with pytest.raises(SettingsError, match=r"beholder\.toml is not valid TOML"):
        load(path, {})


def test_a_wrong_value_in_the_environment_or_a_flag_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"serve\.port"):
        load(None, {"BEHOLDER_SERVE_PORT": "many"})
    with pytest.raises(SettingsError, match=r"serve\.port"):
        load(None, {}, {"serve.port": -1})
    with pytest.raises(SettingsError, match="did you mean"):
        load(None, {}, {"serve.prt": 1})


def test_every_setting_has_a_variable_of_its_own() -> None:
    variables = [name.replace(".", "_").upper() for name in names()]
    assert len(set(variables)) == len(variables) == len(names())
    assert names() == sorted(names())
    assert "serve.port" in names()
    assert "title" in names()


def test_settings_cannot_be_changed_by_accident() -> None:
    with pytest.raises(AttributeError):
        Settings().title = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("BEHOLDER_SERVE_PROT", r"BEHOLDER_SERVE_PROT, .*did you mean BEHOLDER_SERVE_PORT\?"),
        ("BEHOLDER_TRAIN_BUGDET", r"did you mean BEHOLDER_TRAIN_BUDGET\?"),
        ("BEHOLDER_ZZZ", r"docs/settings\.md lists them all.*unset it"),
        ("BEHOLDER_", "no such setting"),
    ],
)
def test_an_unknown_variable_is_an_error_with_the_nearest_name(variable: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(None, {variable: "1"})


def test_variables_of_others_are_none_of_ours() -> None:
    others = {"BEHOLDERS": "1", "PATH": "/bin", "beholder_serve_prot": "1"}
    assert load(None, others) == Settings()


def test_a_seed_is_not_negative() -> None:
    with pytest.raises(SettingsError, match=r"wrong value.*train"):
        load(None, {"BEHOLDER_TRAIN_SEED": "-1"})
