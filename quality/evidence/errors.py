"""Refusals of the evidence library, by name. `sentence` is what the person reads."""

from __future__ import annotations

from engine.errors import Forbidden, Refused, TooLarge


class EvidenceRefused(Refused):
    """A file, or what is said of it, cannot be kept."""


class NoFile(EvidenceRefused):
    """Nothing was sent."""

    sentence = "请选择要上传的文件。"


class EmptyFile(EvidenceRefused):
    """A file of no bytes."""

    sentence = "“{name}”是空文件，没有内容可以作为佐证材料。"


class TypeNotAllowed(EvidenceRefused):
    """The ending is none of those that the house takes."""

    sentence = "“{name}”不是允许上传的类型，可以上传：{allowed}。"


class NotWhatItSays(EvidenceRefused):
    """The content does not begin, or end, as its ending says."""

    sentence = (
        "“{name}”的内容不是 {ending} 文件，可能改过扩展名或已损坏，请用原来的软件另存后再上传。"
    )


class Macros(EvidenceRefused):
    """An office document with programs in it."""

    sentence = "“{name}”里带有宏，请另存为不带宏的文件再上传。"


class Container(EvidenceRefused):
    """A zip container that is damaged, locked, or unfolds into far too much."""

    sentence = "“{name}”不能接受：{why}"


class FileTooLarge(TooLarge):
    """One file is over the limit of the house."""

    sentence = "“{name}”太大，每个文件最多 {most} MB。"


class PersonFull(TooLarge):
    """A person has uploaded as much as one may."""

    sentence = "您上传的佐证材料已经用了 {used} MB，每人最多 {most} MB，放不下“{name}”。"


class UnitFull(TooLarge):
    """A unit's evidence takes as much room as it may."""

    sentence = "{unit}的佐证材料已经用了 {used} MB，每个单位最多 {most} MB，放不下“{name}”。"


class TooManyFiles(TooLarge):
    """More files at once than a request takes."""

    sentence = "一次最多上传 {most} 个文件。"


class NoPlace(EvidenceRefused):
    """Neither a subject nor a unit was chosen, or one that is not this person's to add to."""

    sentence = "请选择佐证材料属于哪个主体或单位；只能选您负责、参与或所在的。"


class NameMissing(EvidenceRefused):
    """A piece of evidence without a name."""

    sentence = "请写上佐证材料的名称。"


class NotYours(Forbidden):
    """Seeing a piece is not keeping it."""

    sentence = "这份佐证材料不是您的：只有上传的人，以及为同一主体或单位做事的人可以改。"


class Retired(EvidenceRefused):
    """What was taken out of use gets no new file."""

    sentence = "“{name}”已经停用，恢复使用以后才能更换。"


class SameFile(EvidenceRefused):
    """The new file is the one there is."""

    sentence = "“{name}”和现在的文件一模一样，不用更换。"


class FileLost(Refused):
    """The row is there and the file is not, or is another."""

    sentence = "这个文件在服务器上找不到了，或已经变了样，请告诉运维人员从备份中恢复。"


class UploadAgain(Refused):
    """The file went while its row was being written."""

    sentence = "文件没有存好，请再上传一次。"
