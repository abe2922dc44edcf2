"""Names and dangers of attachments: what a file may be called on disk, and which ones may harm.

Must not open, write or run anything; the bytes are described, never interpreted.
"""

import re
import unicodedata

from solodesk.mail import charsets, sniff

MAX_NAME_BYTES = 150
_BIDI = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')
_RESERVED = re.compile(
    r"^(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(?:\.|$))",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[/\\\u2044\u2215\u29f5\u29f8\uff0f\uff3c]")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DANGEROUS = _names(
    "ade adp apk app appimage appinstaller application appref-ms appx appxbundle arj asp aspx bas "
    "bat bash cab chm cmd cnt com command cpl crt csh deb desktop diagcab dll dmg docm dotm drv "
    "ex_ "
    "exe fxp gadget grp hlp hpj hta htc inf ins inx ipa iso isp isu jar jnlp job js jse ksh lib "
    "library-ms "
    "lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml mpkg "
    "msc msh "
    "msh1 msh2 mshxml msi msix msixbundle msp mst nsh ocx ops osd pcd pif pkg pl plg potm ppam "
    "ppsm "
    "pptm prf prg ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 pst py pyc pyo pyw pyz pyzw rb reg "
    "rgs "
    "rpm run scf scr scpt scptd sct search-ms settingcontent-ms sh shb shs sldm sfx slk svg swf "
    "sys "
    "terminal theme themepack tmp url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd wasm webpnp website "
    "workflow ws wsc wsf wsh xbap xht xhtml xlam xll xlm xlsb xlsm xltm xnk zsh htm html shtml one "
    "onepkg img ace iqy rqy oqy dqy xla wll xlw accdb accde accda accdr mdn searchconnector-ms "
    "flatpakref snap udl wbk docb pol ppa cdxml webloc inetloc fileloc terminalloc action kext "
    "prefpane osax dylib so class dex ko elf out"
)
_DANGEROUS_TYPES = frozenset(
    {
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-sh",
        "application/x-shellscript",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/hta",
        "application/java-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-ms-installer",
        "application/x-msi",
        "application/x-bat",
        "application/x-ms-shortcut",
        "image/svg+xml",
        "application/x-elf",
        "text/html",
        "application/xhtml+xml",
        "application/x-apple-diskimage",
        "application/vnd.android.package-archive",
        "application/x-mach-binary",
        "text/vbscript",
        "application/x-csh",
        "text/x-python",
        "text/x-shellscript",
    }
)
_HARMLESS_LOOK = _names(
    "pdf doc docx xls xlsx ppt pptx txt rtf csv jpg jpeg png gif bmp tif tiff webp heic mp3 mp4 "
    "mov avi "
    "wav zip rar 7z eml odt ods"
)
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "message/rfc822": ".eml",
    "message/partial": ".eml",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/ics": ".ics",
    "application/rtf": ".rtf",
    "application/gzip": ".gz",
    "application/ogg": ".ogg",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/ms-tnef": ".dat",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "audio/mpeg": ".mp3",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


_NAMES = {"text/calendar": "invite.ics", "application/ics": "invite.ics"}


def safe_name(name: str, mime: str, index: int) -> str:
    """A file name that is safe on every system: the last path component, NFC, without control or
    bidirectional characters, no Windows device, at most 150 bytes of UTF-8, never empty."""
    name = unicodedata.normalize("NFC", charsets.clean(name))
    name = _SEPARATORS.split(_BIDI.sub("", name.replace("\r", "").replace("\n", "")))[-1]
    name = _FORBIDDEN.sub("_", name)
    name = "".join(
        char for char in name if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
    )
    name = re.sub(r"\s+", " ", name).strip().rstrip(". ").lstrip("~ ")
    if not name.strip("._ -"):
        name = _NAMES.get(mime) or f"attachment-{index + 1}{_EXTENSIONS.get(mime, '.bin')}"
    if _RESERVED.match(name) or name.startswith("."):
        name = "_" + name  # a device of Windows, a file that hides itself
    return _shorten(name)


def _shorten(name: str) -> str:
    data = name.encode("utf-8")
    if len(data) <= MAX_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    tail = (dot + extension).encode("utf-8") if dot and len(extension.encode()) <= 20 else b""
    head = (stem if tail else name).encode("utf-8")[: MAX_NAME_BYTES - len(tail)]
    return (head.decode("utf-8", "ignore").rstrip(". ") or "_") + tail.decode("utf-8")


def is_dangerous(sent_name: str, name: str, mime: str, kind: str | None) -> bool:
    """True when opening the file could run something, or its name hides what it is.

    `sent_name` is the name as the sender wrote it (decoded), `name` the cleaned one, `kind` what
    the bytes show (sniff.kind_of).
    """
    endings = [ending.strip() for ending in name.lower().split(".")[1:]]
    if endings and endings[-1] in _DANGEROUS:
        return True
    if (
        len(endings) >= 2
        and endings[-1] not in _HARMLESS_LOOK
        and endings[-2] in _DANGEROUS - _TEXTUAL
    ):
        return True
    if any(char in sent_name for char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"):
        return True
    if mime in _DANGEROUS_TYPES and not (endings and endings[-1] in _HARMLESS_LOOK):
        return True
    if re.search(r"\s{4,}\.\w{2,4}\s*$", sent_name):
        return True
    if _opens_as_text(endings) and kind in {"text/x-script", "text/html", "image/svg+xml"}:
        return False
    if kind == "text/x-script":
        return not mime.startswith("text/")
    return kind in sniff.PROGRAMS


_TEXTUAL = frozenset(
    {"com", "pl", "tmp", "app", "run", "one", "job", "lib", "mat", "mar", "theme", "so", "out"}
    | {"class", "action", "ko", "elf", "pol", "ace", "snap", "img", "ws"}
)
"""Endings that are words too: they count as the last one only."""


def _opens_as_text(endings: list[str]) -> bool:
    """What opens in an editor shows its words, whatever they are."""
    return bool(endings) and endings[-1] in {"txt", "md", "log", "csv", "eml", "json", "xml"}
