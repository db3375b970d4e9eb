"""An old .xls is first opened in a small process of its own.

Its sectors form chains that a broken file can bend into a circle, and a far cell would be laid out
densely; the reader would then take all memory and end the process that runs it. The child may, under limits.
"""

import subprocess
import sys
from pathlib import Path

from host.kernel.tables import limits
from host.kernel.tables.errors import NotATable

_LOCKED, _TOO_BIG = 3, 4
_CHILD = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({limits.PROBE_MEMORY_BYTES},) * 2)
resource.setrlimit(resource.RLIMIT_CPU, ({limits.PROBE_SECONDS},) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineWorkbook, PasswordError
try:
    with open(sys.argv[1], "rb") as file:
        book = CalamineWorkbook.from_filelike(file)
except PasswordError:
    sys.exit({_LOCKED})
for name in book.sheet_names:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > {limits.CELLS}:
        sys.exit({_TOO_BIG})
    len(sheet.merged_cell_ranges or ())
"""
_REASONS = {
    _LOCKED: "工作簿设有密码，请取消密码后重新上传",
    _TOO_BIG: "工作表的内容延伸到过远的行或列，请删除多余的空行、空列后另存上传",
}
BROKEN = "工作簿已损坏或格式过旧，请用表格软件打开并另存为 .xlsx 后重新上传"


def check_xls(path: Path) -> None:
    """Refuse an .xls (by content) that cannot be opened within memory and time limits; NotATable says why."""
    try:
        # -P keeps the folder of the caller off the child's path.
        done = subprocess.run(
            [sys.executable, "-P", "-c", _CHILD, str(path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.PROBE_SECONDS * 2,
            check=False,
        )
    except subprocess.TimeoutExpired as hang:
        raise NotATable(BROKEN) from hang
    if done.returncode:
        raise NotATable(_REASONS.get(done.returncode, BROKEN))
