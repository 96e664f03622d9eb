"""An address is filled in from the environment, and what of it is secret is never shown."""

from pathlib import Path

import pytest

from pipelines.errors import ProfileError
from pipelines.readers.address import database_address, web_address, without_login
from tests.databases import PASSWORD, encoded

INBOX = Path("/data/inbox")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_USER", "reader")
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    monkeypatch.setenv("DB_URL", f"postgresql://reader:{encoded(PASSWORD)}@db.local:5432/dcm?sslmode=require")
    monkeypatch.setenv("API_KEY", "k3y-secret")


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("sqlite:////data/inbox/platform/p.sqlite", "sqlite:platform/p.sqlite"),
        ("sqlite:///{inbox}/platform/p.sqlite", "sqlite:platform/p.sqlite"),
        (
            "postgresql://${DB_USER}:${DB_PASSWORD}@db.local:5432/dcm?application_name=x",
            "postgresql://db.local:5432/dcm",
        ),
        ("${DB_URL}", "postgresql://db.local:5432/dcm"),
        ("mysql://${DB_USER}@[::1]:3306/dcm", "mysql://[::1]:3306/dcm"),
        ("postgresql://postgres:@/dcm?host=/run/pg", "postgresql:///dcm"),
    ],
)
def test_an_address_is_shown_without_credentials_and_without_the_machines_paths(template: str, shown: str) -> None:
    assert database_address(template, INBOX).shown == shown


def test_a_password_of_the_environment_needs_no_encoding() -> None:
    address = database_address("postgresql://${DB_USER}:${DB_PASSWORD}@db.local/dcm", INBOX)
    assert address.url == f"postgresql://reader:{encoded(PASSWORD)}@db.local/dcm"


@pytest.mark.parametrize("template", ["postgresql://${DB_USER}:${DB_PASSWORD}@h/d", "${DB_URL}"])
def test_what_a_driver_says_is_shown_without_user_and_password(template: str) -> None:
    address = database_address(template, INBOX)
    said = address.scrub(f'FATAL: no entry for user "reader" ({PASSWORD} / {encoded(PASSWORD)})\n at {address.url}')
    assert "reader" not in said and "p@ss" not in said and encoded(PASSWORD) not in said
    assert "no entry for user" in said


def test_an_address_is_not_printed_by_accident() -> None:
    assert PASSWORD not in repr(database_address("${DB_URL}", INBOX)) and encoded(PASSWORD) not in repr(
        database_address("${DB_URL}", INBOX)
    )


def test_a_password_in_the_profile_is_refused_without_being_repeated() -> None:
    with pytest.raises(ProfileError, match="stands in the profile") as caught:
        database_address("postgresql://reader:geheim@h/d", INBOX)  # pragma: allowlist secret
    assert "geheim" not in caught.value.render()


def test_an_address_that_cannot_be_cut_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_URL", "postgresql://reader:ge/he#im@h/d")
    with pytest.raises(ProfileError, match="cannot be cut") as caught:
        database_address("${DB_URL}", INBOX)
    assert "ge/he" not in caught.value.render()


def test_an_unset_variable_of_the_address_is_named() -> None:
    with pytest.raises(ProfileError, match="PLATFORM_DB_PASSWORD"):
        database_address("postgresql://${DB_USER}:${PLATFORM_DB_PASSWORD}@h/d", INBOX)


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("https://city.gov/open311/v2/", "https://city.gov/open311/v2"),
        ("https://city.gov/${API_KEY}/v2?key=${API_KEY}", "https://city.gov/***/v2"),
        ("https://${DB_USER}:${API_KEY}@city.gov/v2", "https://city.gov/v2"),
    ],
)
def test_the_address_of_a_server_is_shown_without_what_the_environment_filled_in(template: str, shown: str) -> None:
    assert web_address(template, "source.url").shown == shown


def test_what_the_catalogue_shows_of_an_address_has_no_login() -> None:
    assert without_login("postgresql://reader:${DB_PASSWORD}@db.local/dcm?password=x") == "postgresql://db.local/dcm"
    assert without_login("${DB_URL}") == "${DB_URL}"
