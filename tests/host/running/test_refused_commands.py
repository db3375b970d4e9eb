"""Bad arguments and settings of ``lvzhi``: exit code 2 and one line of Chinese on standard error, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from config import BadSetting, Settings
from host.cli import main
from host.running.children import free_port

URL = "LVZHI_DATABASE_URL"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nosuch"], "没有命令 'nosuch'"),
        (["db"], "缺少子命令；用法见 lvzhi db --help"),
        (["up", "--nosuch"], "没有选项 --nosuch"),
        (["up", "--city", "-5"], "--city 不对，应为 240 至 300000 的整数"),
        (["demo", "load", "--staff", "x"], "--staff 不对，应为 240 至 300000 的整数"),
        (["serve", "extra"], "多余的参数 extra"),
        (["user", "create"], "缺少参数"),
        (["import", "register", "--on", "2026-13-01", "x.xlsx"], "应为日期"),
        (["import", "register", "/"], "应为能读的文件"),
        (["import", "mandate", "/nonexistent.docx"], "找不到文件 /nonexistent.docx"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    arguments: list[str], part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["lvzhi", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert part in said


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        (URL, "foo", "postgresql+psycopg://"),
        (URL, "mysql://secret@host/base", "postgresql+psycopg://"),
        (URL, "postgresql://u:secret@host:port/base", "看不出"),
        ("LVZHI_PORT", "99999", "不能大于 65535"),
        ("LVZHI_SESSION_DAYS", "0", "不能小于 1"),
        ("LVZHI_TRUSTED_PROXIES", "-1", "不能小于 0"),
        ("LVZHI_SECRET_KEY", "secret", "64 位"),
    ],
)
def test_a_bad_setting_is_named_and_no_secret_repeated(name: str, value: str, part: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=name) as refused:
        Settings.from_env({"LVZHI_VAR_DIR": str(tmp_path), name: value})
    assert part in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_database_address_without_its_driver_is_understood(tmp_path: Path) -> None:
    settings = Settings.from_env({"LVZHI_VAR_DIR": str(tmp_path), URL: "postgresql://u@host/base"})
    assert settings.database_url == "postgresql+psycopg://u@host/base"


def test_a_host_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(BadSetting, match="LVZHI_HOST"):
        free_port("198.51.100.7", 8000)


def test_a_folder_that_is_a_file_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("LVZHI_VAR_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(sys, "argv", ["lvzhi", "db", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "这不是文件夹" in capsys.readouterr().err


def test_a_web_server_without_a_database_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    closed = free_port("127.0.0.1", 25_000)
    for address, part in ((f"postgresql://u:secret@127.0.0.1:{closed}/base", "连不上数据库"), (None, "没有设置")):
        monkeypatch.setenv("LVZHI_VAR_DIR", str(tmp_path))
        monkeypatch.setenv(URL, address) if address else monkeypatch.delenv(URL, raising=False)
        monkeypatch.setattr(sys, "argv", ["lvzhi", "serve"])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert (ended.value.code, said.count("\n")) == (2, 1)
        assert part in said
        assert "secret" not in said
