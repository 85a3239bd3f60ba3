from pathlib import Path

import pytest

from config.mailers import mailers


def test_mail_goes_to_files_without_a_url() -> None:
    assert mailers("", Path("mail"))["default"]["OPTIONS"] == {"file_path": Path("mail")}


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://h", 25, False, False),
        ("smtp+tls://u:p%40@h", 587, True, False),
        ("smtp+ssl://u:p@h:99", 99, False, True),
    ],
)
def test_a_url_names_server_and_encryption(url: str, port: int, tls: bool, ssl: bool) -> None:
    options = mailers(url, Path())["default"]["OPTIONS"]
    assert (options["host"], options["port"], options["use_tls"], options["use_ssl"]) == ("h", port, tls, ssl)


def test_a_password_may_have_any_character() -> None:
    assert mailers("smtp+tls://u:p%40ss@h", Path())["default"]["OPTIONS"]["password"] == "p@ss"


@pytest.mark.parametrize("url", ["imap://h", "smtp://", "nonsense"])
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        mailers(url, Path())
