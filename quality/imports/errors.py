"""Refusals of an import as a whole, by name; what is wrong with one row is a fault of that row."""

from __future__ import annotations

from engine.errors import Forbidden, Refused, TooLarge


class UnfitFile(Refused):
    """A file that cannot be brought in, and why; nothing of it was taken."""


class EmptyFile(UnfitFile):
    """No file, or one without content."""

    sentence = "文件是空的，请选择一个填好的 .xlsx 或 .csv 文件。"


class NotAWorkbook(UnfitFile):
    """Neither a workbook nor a text table."""

    sentence = "这不是 Excel 工作簿（.xlsx），也不是 CSV 文件，请用模板填写后再上传。"


class OldWorkbook(UnfitFile):
    """The binary format before 2007, or its binary successor."""

    sentence = "这是旧的或二进制的 Excel 格式，请在 Excel 里另存为 .xlsx 后再上传。"


class LockedWorkbook(UnfitFile):
    """Encrypted: it cannot be read without a password."""

    sentence = "这个工作簿设了打开密码，请取消密码后再上传。"


class DamagedWorkbook(UnfitFile):
    """A zip or XML that does not hold together."""

    sentence = "这个工作簿已损坏，读不出来。请用 Excel 打开后另存一份再上传。"


class DamagedText(UnfitFile):
    """A text table in no encoding that we know, or with bytes that are no text."""

    sentence = "这个 CSV 文件的编码读不出来，请另存为“CSV UTF-8”后再上传。"


class WorkbookHasMacros(UnfitFile):
    """Programs come with the workbook."""

    sentence = "这个工作簿带有宏，不能导入。请另存为不带宏的 .xlsx 后再上传。"


class WorkbookHasDeclarations(UnfitFile):
    """A document type or entities in the XML, which no spreadsheet program writes."""

    sentence = "这个工作簿里有不该出现的文档类型声明，不能导入。请用 Excel 另存一份再上传。"


class UnpacksTooLarge(UnfitFile):
    """Far more inside than a list of people can be: a zip bomb, or a sheet formatted to its end."""

    sentence = "这个工作簿展开后太大（超过 {most} MB），不能导入。请只保留要导入的行和列。"


class TooManyRows(TooLarge, UnfitFile):
    """More rows than one import takes."""

    sentence = "工作表“{sheet}”超过 {most} 行，请分成几个文件导入。"


class TooManyColumns(TooLarge, UnfitFile):
    """Cells far to the right or far below."""

    sentence = "工作表“{sheet}”在很远的行或列里还有内容，请删去表格以外的内容再上传。"


class CellsMerged(UnfitFile):
    """Merged cells: it cannot be told which row a value belongs to."""

    sentence = "工作表“{sheet}”的 {ranges} 是合并单元格，请取消合并，每行填满后再上传。"


class CellsComputed(UnfitFile):
    """Formulas: their values may be stale."""

    sentence = "工作表“{sheet}”的 {ranges} 是公式，请复制后“粘贴为数值”，再上传。"


class NoSheet(UnfitFile):
    """No sheet of the file is one that can be brought in."""

    sentence = (
        "文件里没有认得的表头，或者它不是 Excel、CSV 文件。可以导入的有：{sheets}。请用模板填写。"
    )


class SheetTwice(UnfitFile):
    """Two sheets of the file mean the same."""

    sentence = "工作表“{first}”和“{second}”是同一类内容，请合成一个。"


class ColumnsMissing(UnfitFile):
    """Columns without which a row says nothing."""

    sentence = "工作表“{sheet}”缺少这些列：{columns}。请用模板的表头。"


class ColumnTwice(UnfitFile):
    """Two columns mean the same."""

    sentence = "工作表“{sheet}”有两列都是“{column}”（“{first}”和“{second}”），请只留一列。"


class NothingInIt(UnfitFile):
    """Headers, and no row below them."""

    sentence = "文件里只有表头，没有要导入的行。"


class NotYourSheet(Forbidden):
    """Who may bring in one sheet may not bring in another."""

    sentence = "您不能导入工作表“{sheet}”，请只保留您负责的内容。"


class ImportNotReady(Refused):
    """It is still being compared, or was applied or dropped before."""

    sentence = "这次导入现在不能这样做：{why}"
