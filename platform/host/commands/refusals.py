"""What a refused command says: one line in Chinese, whatever refused it."""

from __future__ import annotations

import click

_OF_FILES: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "找不到文件"),
    (PermissionError, "没有权限读写"),
    (IsADirectoryError, "这是文件夹，不是文件："),
    (NotADirectoryError, "这不是文件夹："),
    (FileExistsError, "这不是文件夹："),
)


def usage_sentence(error: click.ClickException) -> str:
    """What is wrong with the arguments and where the usage is shown; one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "lvzhi"
    return f"{_wrong(error)}；用法见 {command} --help"


def file_sentence(error: OSError) -> str:
    """What is wrong with the file or folder that the error names; one line."""
    for kind, words in _OF_FILES:
        if isinstance(error, kind):
            return f"{words} {error.filename}"
    return f"读写失败 {error.filename}：{error.strerror}"


def _wrong(error: click.ClickException) -> str:
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return "缺少子命令"
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}"
        case click.MissingParameter():
            return f"缺少参数 {_name(error)}"
        case click.BadParameter():
            return f"参数 {_name(error)} 不对，{_expected(error)}"
    message = " ".join(error.format_message().split())
    if message.startswith("No such command"):
        return f"没有命令{message.removeprefix('No such command').rstrip('.')}"
    if message.startswith("Got unexpected extra argument"):
        return f"多余的参数 {message.rpartition('(')[2].rstrip(').')}"
    return message


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name


def _expected(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.IntRange():
            return f"应为 {kind.min} 至 {kind.max} 的整数"
        case click.types.IntParamType():
            return "应为整数"
        case click.DateTime():
            return "应为日期，如 2026-01-31"
        case click.Path() | click.File():
            return "应为能读的文件"
    return error.message
