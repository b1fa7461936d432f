import os
import subprocess
import sys

import pytest

from app.settings import Settings, settings_or_exit

KEPT = "kept secret, 32 characters long."
IN_PRODUCTION = [{"APP_ENV": "production"}, {"SPACE_ID": "somebody/something"}]


@pytest.fixture
def environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return lambda said: [monkeypatch.setenv(name, value) for name, value in said.items()]


@pytest.mark.parametrize("production", IN_PRODUCTION, ids=str)
@pytest.mark.parametrize("key", [None, "", "  ", "a", "a" * 31, "a" * 31 + "\n"])
def test_production_does_not_start_without_a_key_that_nobody_guesses(environment, production, key):
    environment(production | ({} if key is None else {"SECRET_KEY": key}))
    with pytest.raises(SystemExit, match="SECRET_KEY has to be set in production") as ended:
        settings_or_exit()
    assert len(str(ended.value).splitlines()) == 1


@pytest.mark.parametrize("said", [*IN_PRODUCTION, {}], ids=str)
def test_the_key_that_is_set_is_used(environment, said):
    environment(said | {"SECRET_KEY": KEPT})
    assert settings_or_exit().secret_key.get_secret_value() == KEPT


@pytest.mark.parametrize("production", IN_PRODUCTION, ids=str)
def test_an_earlier_key_is_as_long_as_the_present_one(environment, production):
    environment(production | {"SECRET_KEY": KEPT, "SECRET_KEY_OLD": f"{'k' * 32}, short"})
    with pytest.raises(SystemExit, match="SECRET_KEY_OLD has a key of less than 32 characters"):
        settings_or_exit()
    environment(production | {"SECRET_KEY_OLD": f"{'k' * 32}, {'l' * 40},"})
    assert settings_or_exit().earlier_keys == (b"k" * 32, b"l" * 40)


def test_a_short_key_is_enough_for_development(environment):
    environment({"SECRET_KEY": "short"})
    assert settings_or_exit().secret_key.get_secret_value() == "short"


def test_development_has_another_key_at_each_start(environment):
    environment({})
    keys = {settings_or_exit().secret_key.get_secret_value() for _ in range(3)}
    assert len(keys) == 3
    assert min(map(len, keys)) >= 64


def test_a_key_shows_in_no_listing_of_the_settings(environment):
    environment({"SECRET_KEY": KEPT})
    settings = settings_or_exit()
    assert KEPT not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_every_variable_that_cannot_be_used_is_named(environment):
    environment({"PORT": "abc", "WORKERS": "0"})
    with pytest.raises(SystemExit) as ended:
        settings_or_exit()
    first, second = str(ended.value).splitlines()
    assert first.startswith("The environment variable PORT should be")
    assert second.startswith("The environment variable WORKERS should be")


@pytest.mark.parametrize("command", [[], ["analyse", "^GSPC", "--source", "sample"]], ids=["serve", "analyse"])
def test_a_start_without_its_key_ends_in_one_sentence_and_no_trace(command):
    told = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"} | {"APP_ENV": "production"}
    ended = subprocess.run(
        [sys.executable, "-m", "app", *command], env=told, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode != 0
    assert len(ended.stderr.splitlines()) == 1
    assert "SECRET_KEY" in ended.stderr
    assert ended.stdout == ""
