from dataclasses import dataclass

from host.kernel.errors import DomainError


class NotATable(DomainError):
    """The file is no workbook and no CSV, is broken, or is over the limits; the message says which."""

    status = 422
    message = "这不是可以读取的表格文件，请用 .xlsx、.xls 或 .csv 格式另存后重新上传"


@dataclass(frozen=True, slots=True)
class CellError:
    """A bad cell (问题单元格): row from 1 as on the screen, column by its heading, message what to do."""

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"工作表“{self.sheet}”第 {self.row} 行“{self.column}”：{self.message}"
