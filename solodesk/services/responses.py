"""Canned responses: found as typed, filled in for a customer, kept as JSON packs.

Bodies are Markdown + Liquid, a variant per language. What is inserted is never sent by itself.
Must not fill in anything but values (templates.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.domain.pieces import Piece, blanks_in
from solodesk.services import draft_html, settings, template_values, templates
from solodesk.services.drafts import FileRef, file_ref, file_refs
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows

MAX_NAME: Final = 120
MAX_FILE: Final = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """A canned response with all its bodies by language ('' = any)."""

    id: int
    name: str
    shortcut: str
    tags: tuple[str, ...]
    bodies: dict[str, str]
    attachments: tuple[FileRef, ...]
    used: int
    last_used_ms: int | None


@dataclass(frozen=True, slots=True)
class Match:
    """One line of the picker. `language` is set when the response has only that one."""

    id: int
    name: str
    shortcut: str
    used: int
    language: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A canned response filled in for a ticket's customer; `blanks` are still to be filled."""

    name: str
    pieces: tuple[Piece, ...]
    language: str
    attachments: tuple[FileRef, ...]
    blanks: tuple[str, ...]


def all(reader: Reader) -> list[Response]:  # noqa: A001 - the team's name
    """Every canned response, by name."""
    bodies: dict[int, dict[str, str]] = {}
    for variant in reader.canned.all_variants():
        bodies.setdefault(variant.canned_id, {})[variant.language] = variant.body
    return [_response(row, bodies.get(row.id, {})) for row in reader.canned.all()]


def get(reader: Reader, name: str) -> Response:
    """One by name or shortcut (with or without /); KnownError("no_such_response")."""
    row = reader.canned.by_name(name) or reader.canned.by_shortcut(name)
    if row is None:
        row = reader.canned.by_shortcut(f"/{name.lstrip('/')}")
    if row is None:
        raise KnownError("no_such_response", name=name)
    return _response(row, {v.language: v.body for v in reader.canned.variants(row.id)})


def find(
    reader: Reader, typed: str, *, language: str | None = None, limit: int = 20
) -> list[Match]:
    """What the picker shows for what was typed: name, shortcut, body, tags, pinyin; best first.

    Nothing typed: the most used first. Responses in `language` come before equal others.
    """
    words = typed.strip().lstrip("/、／").casefold()
    found = []
    for response in all(reader):
        score = _score(response, words) if words else 50.0
        if score > 0:
            speaks = language is None or language in response.bodies or "" in response.bodies
            found.append((-score, not speaks, -response.used, response.name, response))
    found.sort(key=lambda entry: entry[:4])
    return [_match(entry[4], -entry[0]) for entry in found[:limit]]


def prepare(
    reader: Reader, name: str, ticket: TicketId | None, *, language: str | None = None
) -> Prepared:
    """Fill a canned response in for a ticket's customer (None: nobody yet, names are blanks)."""
    response = get(reader, name)
    spoken = language or template_values.language_of(reader, ticket)
    chosen, body = _variant(reader, response, spoken)
    known = template_values.values(reader, ticket, chosen or spoken)
    pieces = templates.render(body, known)
    pieces = templates.fill(pieces, template_values.fallbacks(chosen or spoken))
    return Prepared(
        response.name, pieces, chosen or spoken, response.attachments, blanks_in(pieces)
    )


def prepared_html(pieces: Sequence[Piece]) -> str:
    """The draft's HTML of filled-in pieces; blanks and values are marked spans."""
    return draft_html.from_pieces(pieces)


def used(desk: Desk, name: str) -> Changes:
    """Count one use."""
    response = get(desk, name)
    desk.canned.update(response.id, used=response.used + 1, last_used_ms=desk.now_ms)
    return desk.changes()


def save(
    desk: Desk,
    name: str,
    bodies: Mapping[str, str],
    *,
    shortcut: str = "",
    tags: Sequence[str] = (),
    attachments: Sequence[FileRef] | None = None,
    canned: int | None = None,
) -> int:
    """Store a canned response (`canned`: the one to change), its bodies checked; returns its id.

    KnownError: template_broken, name_taken, empty_response.
    """
    plain = " ".join(name.split())[:MAX_NAME]
    kept = {language: body for language, body in bodies.items() if body.strip()}
    if not plain or not kept:
        raise KnownError("empty_response")
    for body in kept.values():
        templates.check(body)
    other = desk.canned.by_name(plain)
    if other is not None and other.id != canned:
        raise KnownError("name_taken", name=plain)
    columns: dict[str, Any] = {
        "name": plain,
        "shortcut": _shortcut(shortcut),
        "tags": [tag.strip() for tag in tags if tag.strip()],
    }
    if attachments is not None:
        columns["attachments"] = file_refs(attachments)
    if canned is None:
        canned = desk.canned.add(**columns)
    else:
        desk.canned.update(canned, **columns)
    for variant in desk.canned.variants(canned):
        if variant.language not in kept:
            desk.canned.delete_variant(canned, variant.language)
    for language, body in kept.items():
        desk.canned.set_variant(canned, language, body)
    return canned


def delete(desk: Desk, name: str) -> Changes:
    """Delete one by name or shortcut."""
    desk.canned.delete(get(desk, name).id)
    return desk.changes()


def as_json(response: Response) -> dict[str, Any]:
    """The form in which one is listed, exported and imported."""
    return {
        "name": response.name,
        "shortcut": response.shortcut,
        "tags": list(response.tags),
        "bodies": dict(response.bodies),
        "attachments": file_refs(response.attachments),
        "used": response.used,
    }


def export_json(reader: Reader) -> str:
    """All canned responses as a pack."""
    pack = {"responses": [as_json(response) for response in all(reader)]}
    return json.dumps(pack, ensure_ascii=False, indent=2) + "\n"


def import_json(desk: Desk, text: str) -> list[str]:
    """Read a pack; a response of the same name is replaced. Returns the names.

    KnownError("bad_responses_file") when it is no pack; nothing is stored then.
    """
    names = []
    for entry in pack_entries(text, "responses", "bad_responses_file"):
        name, bodies = entry.get("name"), entry.get("bodies")
        tags, shortcut = entry.get("tags", []), entry.get("shortcut", "")
        if not isinstance(name, str) or not _is_words(bodies) or not isinstance(tags, list):
            raise KnownError("bad_responses_file", path=str(name)[:80])
        there = desk.canned.by_name(" ".join(name.split())[:MAX_NAME])
        save(
            desk,
            name,
            dict(bodies) if isinstance(bodies, dict) else {},
            shortcut=str(shortcut),
            tags=[str(tag) for tag in tags],
            canned=None if there is None else there.id,
        )
        names.append(name)
    return names


def pack_entries(text: str, key: str, code: str) -> list[dict[str, Any]]:
    """The entries of one kind in a pack: `{"responses": […], "macros": […]}` or a bare list."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise KnownError(code, path=key) from None
    found = data.get(key) if isinstance(data, dict) else data
    if not isinstance(found, list) or not _builtin_all(isinstance(e, dict) for e in found):
        raise KnownError(code, path=key)
    return found


def attach(desk: Desk, canned: int, name: str, data: bytes) -> Changes:
    """Add a file to a canned response."""
    row = desk.canned.get(canned)
    if row is None:
        raise KnownError("no_such_response", name=str(canned))
    kept = [*row.attachments, *file_refs([file_ref(desk, name, data)])]
    desk.canned.update(canned, attachments=kept)
    return desk.changes()


def _response(row: rows.CannedResponse, bodies: dict[str, str]) -> Response:
    return Response(
        id=row.id,
        name=row.name,
        shortcut=row.shortcut,
        tags=tuple(row.tags),
        bodies=bodies,
        attachments=tuple(FileRef(**entry) for entry in row.attachments),
        used=row.used,
        last_used_ms=row.last_used_ms,
    )


def _match(response: Response, score: float) -> Match:
    languages = [language for language in response.bodies if language]
    only = languages[0] if len(response.bodies) == 1 and languages else None
    return Match(response.id, response.name, response.shortcut, response.used, only, score)


def _score(response: Response, words: str) -> float:
    """0 when it does not match; 100 is the exact shortcut."""
    name, shortcut = response.name.casefold(), response.shortcut.lstrip("/").casefold()
    if words == shortcut:
        return 100.0
    if shortcut.startswith(words):
        return 95.0
    if name.startswith(words):
        return 90.0
    if words in name:
        return 85.0
    if words.isascii() and any(p.startswith(words) for p in _pinyin(response.name)):
        return 80.0
    if any(words in tag.casefold() for tag in response.tags):
        return 75.0
    if any(words in body.casefold() for body in response.bodies.values()):
        return 65.0
    return _fuzzy(words, name)


def _fuzzy(words: str, name: str) -> float:
    from rapidfuzz import fuzz

    if len(words) < 3:
        return 0.0
    likeness = float(fuzz.partial_ratio(words, name))
    return likeness * 0.6 if likeness >= 75 else 0.0


@lru_cache(maxsize=2_000)
def _pinyin(name: str) -> tuple[str, ...]:
    """Pinyin without spaces and its initials, for names with Chinese characters."""
    if name.isascii():
        return ()
    from pypinyin import Style, lazy_pinyin

    full = "".join(lazy_pinyin(name)).casefold()
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).casefold()
    return full, initials


def _variant(reader: Reader, response: Response, spoken: str) -> tuple[str, str]:
    usual = str(settings.get(reader, "language_default"))
    for language in (spoken, "", usual, *sorted(response.bodies)):
        if language in response.bodies:
            return language, response.bodies[language]
    raise KnownError("empty_response")


def _shortcut(typed: str) -> str:
    word = "".join(typed.split()).lstrip("/、／")
    return f"/{word}" if word else ""


def _is_words(bodies: object) -> bool:
    return isinstance(bodies, dict) and _builtin_all(
        isinstance(k, str) and isinstance(v, str) for k, v in bodies.items()
    )


def _builtin_all(found: Any) -> bool:
    """`all` of the language: this module has one of its own."""
    return not any(not one for one in found)
