"""What a file is by its content, whatever it is called; and whether its name says something else."""

from __future__ import annotations

from typing import Literal

import filetype

from i18n import _

HEAD = 8_192  # bytes of a file that are looked at
Family = Literal["image", "pdf", "text", "other"]

TEXT, PDF, UNKNOWN = "text/plain", "application/pdf", "application/octet-stream"
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp", "image/tiff"})
_ALIKE = {  # names that say the same as the content
    "jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tiff": "tif", "htm": "html", "mpeg": "mpg", "midi": "mid",
    "m4v": "mp4", "mov": "mp4", "m4a": "mp4", "3gp": "mp4", "oga": "ogg", "ogv": "ogg", "heif": "heic",
}  # fmt: skip
_TEXTS = frozenset({"txt", "csv", "tsv", "log", "md", "html", "xml", "json", "eml", "vcf", "ics", "srt", "svg", "ini"})
_ZIPPED = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "apk", "jar", "kmz"})
_OLD_OFFICE = frozenset({"doc", "xls", "ppt", "msi", "msg"})
_PROGRAMS = frozenset({"exe", "com", "scr", "bat", "cmd", "ps1", "vbs", "js", "msi", "apk", "jar", "elf", "sh", "lnk"})


def kind_of(head: bytes) -> str:
    """The media type of a file from its first bytes: what was recognised, plain text, or unknown."""
    found = filetype.guess(head[:HEAD])
    if found is not None:
        return str(found.mime)
    return TEXT if _is_text(head[:HEAD]) else UNKNOWN


def family_of(kind: str) -> Family:
    """How a file of this kind can be looked at here."""
    if kind in _IMAGES:
        return "image"
    return "pdf" if kind == PDF else "text" if kind.startswith("text/") else "other"


def disagrees(name: str, kind: str) -> bool:
    """Whether a name claims another kind of file than the content is. A name without an ending claims nothing."""
    claimed = _ending(name)
    if not claimed or kind == UNKNOWN:
        return _claims_known(claimed) and kind == UNKNOWN
    if kind == TEXT:
        return claimed not in _TEXTS and (_claims_known(claimed) or claimed in _PROGRAMS)
    if claimed in _TEXTS:
        return True
    content = filetype.get_type(mime=kind)
    actual = _ALIKE.get(content.extension, content.extension) if content is not None else ""
    if not actual or claimed == actual:
        return False
    if {claimed, actual} <= _ZIPPED:
        return actual != "zip" or claimed == "apk"  # of some, no more can be seen than that they are archives
    if {claimed, actual} <= _OLD_OFFICE:
        return False
    return _claims_known(claimed) or claimed in _PROGRAMS or actual in _PROGRAMS


def kind_label(kind: str) -> str:
    """What a kind is called, in the current language; a media type that has no name of its own stays as it is."""
    named = {
        "image/jpeg": _("JPEG picture"), "image/png": _("PNG picture"), "image/gif": _("GIF picture"),
        "image/tiff": _("TIFF picture"), "image/webp": _("WebP picture"), "image/bmp": _("BMP picture"),
        PDF: _("PDF document"), TEXT: _("Text"), UNKNOWN: _("Unknown kind of file"),
        "application/zip": _("ZIP archive"), "application/x-msdownload": _("Windows program"),
        "application/x-executable": _("Linux program"),
    }  # fmt: skip
    if kind in named:
        return named[kind]
    general = {"image": _("Picture"), "video": _("Video"), "audio": _("Sound")}
    label = general.get(kind.partition("/")[0])
    return f"{label} ({kind.partition('/')[2]})" if label else kind


def _ending(name: str) -> str:
    stem, dot, ending = name.strip().rpartition(".")
    plain = ending.casefold()
    return _ALIKE.get(plain, plain) if dot and stem and plain.isalnum() and len(plain) <= 5 else ""


def _claims_known(ending: str) -> bool:
    return bool(ending) and (filetype.get_type(ext=ending) is not None or ending in _OLD_OFFICE)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head)
    return b"\0" not in head and controls == 0
