"""The blueprint of the pages about evidence, and the words that they share."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from flask_babel import gettext

from quality.evidence.filetypes import Family

bp: Final = Blueprint("evidence", __name__, url_prefix="/evidence")

FAMILIES: Final = {
    Family.PICTURE: "图片",
    Family.PDF: "PDF",
    Family.DOCUMENT: "文字文档",
    Family.SHEET: "表格",
    Family.SLIDES: "幻灯片",
    Family.TEXT: "纯文本",
    Family.MEDIA: "音频和视频",
    Family.ARCHIVE: "压缩包",
}
KB: Final = 1024


@bp.app_template_filter("size")
def size_words(size: int) -> str:
    """How large a file is, as people say it."""
    if size < KB:
        return gettext("%(count)s 字节", count=size)
    if size < KB * KB:
        return f"{size / KB:.0f} KB"
    return f"{size / KB / KB:.1f} MB"


@bp.app_template_filter("family")
def family_words(family: Family | None) -> str:
    """What a type is called."""
    return gettext(FAMILIES[family]) if family is not None else gettext("其他")
