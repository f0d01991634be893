"""Names, kinds and sizes of files: what they are called when they are shown, what they are, what may be uploaded."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from domain.kernel.texts import one_line
from tenancy.refusals import ClauseReference, Invalid, Refusal, message

LONGEST_NAME = 200
# Most file systems take so many bytes; what is offered for saving must be one that can be saved.
LONGEST_NAME_BYTES = 240
MAX_NOTE = 500
# How long a file may be attached to nothing.
UNATTACHED_KEPT = timedelta(days=1)

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# How many bytes tell what a content is.
BEGINNING_BYTES = 4096

TOO_LARGE, EMPTY, NO_ROOM = "FILE_TOO_LARGE", "FILE_EMPTY", "NO_ROOM_FOR_FILES"
NOT_ADMITTED, OTHER_DIGEST = "MEDIA_TYPE_NOT_ADMITTED", "DIGEST_MISMATCH"

# What systems take for a device or a path, or forbid in names.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")

# How contents begin that tell by themselves what they are: the place, the bytes, the kind.
_SIGNATURES: Sequence[tuple[int, bytes, str]] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt  ", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (0, b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"{\\rtf", "application/rtf"),
)
_RIFF = ("image/webp", "audio/wav", "video/x-msvideo")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Families of kinds that share their beginning: within one the uploader is believed.
_IN_A_ZIP = re.compile(
    r"application/(zip|epub\+zip|java-archive|vnd\.(openxmlformats-officedocument|oasis\.opendocument|"
    r"ms-(word|excel|powerpoint)\.[a-z.]*macroenabled\.12|android\.package-archive).*)"
)
_IN_OLE = re.compile(r"application/(msword|vnd\.(ms-(excel|powerpoint|outlook|project|works)|visio)|x-ole-storage)")
_IN_MP4 = re.compile(r"(video|audio)/(mp4|3gpp|x-m4[av])|image/(heic|heif|avif)")
_TEXTUAL = re.compile(
    r"text/.*|message/rfc822|image/svg\+xml|application/(json|xml|yaml|toml|sql|x-sh|javascript|.*\+(json|xml|yaml))"
)


def clean_name(name: str) -> str:
    """A file's name as it is shown and offered for saving. Raises `Invalid` where nothing of it is left.

    Without folders, control characters and invisible ones (which also turn the direction of writing around), in NFC, of
    at most 200 characters; what some system could not save is replaced, and the ending is kept.
    """
    last = re.split(r"[/\\]", name)[-1]
    normal = unicodedata.normalize("NFC", last.encode("utf-8", "ignore").decode())
    visible = "".join(
        " " if unicodedata.category(each) in ("Zs", "Zl", "Zp") or each in "\t\n\r" else each
        for each in normal
        if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Cn") or each in "\t\n\r"
    )
    cleaned = _FORBIDDEN.sub("_", " ".join(visible.split())).strip(". ")
    if not cleaned:
        raise Invalid(message("A file needs a name."), path=("name",))
    if _DEVICE.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    return _shortened(cleaned)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20 or not stem:
        stem, ending = name, ""
    ending = f".{ending}" if ending else ""
    while len(stem) + len(ending) > LONGEST_NAME or len((stem + ending).encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") + ending


def clean_note(note: str) -> str:
    """What is said of an attachment, in up to 500 characters. Raises `Invalid`."""
    return one_line(note, MAX_NOTE, "note", may_be_empty=True)


def media_type(beginning: bytes, declared: str) -> str:
    """What a content is, by how it begins; what the uploader says counts where the bytes leave it open.

    So nothing that is recognised goes by another kind, and nothing goes by a kind that its bytes belie.
    """
    said = declared.partition(";")[0].strip().lower()
    said = said if _MEDIA_TYPE.fullmatch(said) else UNKNOWN
    if beginning.startswith(_ZIP):
        return said if _IN_A_ZIP.fullmatch(said) else "application/zip"
    if beginning.startswith(_OLE):
        return said if _IN_OLE.fullmatch(said) else "application/x-ole-storage"
    found = _signed(beginning)
    if found is not None:
        return said if beginning[4:8] == b"ftyp" and _IN_MP4.fullmatch(said) else found
    if _is_text(beginning):
        return said if _TEXTUAL.fullmatch(said) else TEXT
    known = {kind for _, _, kind in _SIGNATURES}
    belied = said in known or any(family.fullmatch(said) for family in (_TEXTUAL, _IN_A_ZIP, _IN_OLE, _IN_MP4))
    return UNKNOWN if belied else said


def _signed(beginning: bytes) -> str | None:
    for place, bytes_, kind in _SIGNATURES:
        if beginning[place : place + len(bytes_)] == bytes_ and (kind not in _RIFF or beginning.startswith(b"RIFF")):
            # A text may begin with these two letters.
            if len(bytes_) == 2 and bytes_.isalpha() and _is_text(beginning):
                continue
            return kind
    return None


def _is_text(beginning: bytes) -> bool:
    """Whether the bytes can be a text: UTF-16 with its mark, or UTF-8, of which the last character may be cut off."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return len(beginning) > 3
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", beginning):
        return False
    for cut in range(4):
        try:
            beginning[: len(beginning) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


@dataclass(frozen=True)
class Limits:
    """How large one file may be, and all of a company's together, in bytes; which kinds are admitted, none: all.

    `size_clause` and the others are the clauses that say so, where it is not the installation.
    """

    most_bytes: int
    company_bytes: int
    used_bytes: int
    media_types: tuple[str, ...] = ()
    size_clause: ClauseReference | None = None
    company_clause: ClauseReference | None = None
    type_clause: ClauseReference | None = None

    def check_size(self, size_bytes: int) -> None:
        """Refuse what is larger than a file may be (FILE_TOO_LARGE)."""
        if size_bytes > self.most_bytes:
            text = message("A file may have at most {most} bytes.")
            raise Invalid(text, {"most": self.most_bytes}, clause=self.size_clause, code=TOO_LARGE)

    def check_room(self, size_bytes: int) -> None:
        """Refuse what the company has no room for beside what it has (NO_ROOM_FOR_FILES)."""
        if self.used_bytes + size_bytes > self.company_bytes:
            text = message("The files of the company take {used} of {most} bytes; there is no room for this one.")
            values = {"used": self.used_bytes, "most": self.company_bytes}
            raise Refusal(text, values, clause=self.company_clause, code=NO_ROOM)

    def check_type(self, media_type: str) -> None:
        """Refuse a kind that the handbook does not admit (MEDIA_TYPE_NOT_ADMITTED)."""
        if self.media_types and not any(fnmatchcase(media_type, pattern) for pattern in self.media_types):
            text = message("Files of the kind {kind} are not taken, only {admitted}.")
            values = {"kind": media_type, "admitted": ", ".join(self.media_types)}
            raise Invalid(text, values, clause=self.type_clause, code=NOT_ADMITTED)


def check_not_empty(beginning: bytes) -> None:
    """Refuse a file without a single byte (FILE_EMPTY)."""
    if not beginning:
        raise Invalid(message("The file is empty."), code=EMPTY)


def check_digest(sha256: str, expected: str | None) -> None:
    """Refuse what arrived otherwise than it was sent, where the sender has said how (DIGEST_MISMATCH)."""
    if expected is not None and sha256 != expected.lower():
        text = message("What arrived is not what was sent: its SHA-256 is {sha256}.")
        raise Invalid(text, {"sha256": sha256}, code=OTHER_DIGEST)
