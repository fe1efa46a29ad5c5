"""Fetch a file of a package from a registry: from where it stopped, and checked by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from voicenote.engine.admin.registries import Registries, host_of
from voicenote.errors import Unavailable, room_for
from voicenote.files import open_to_add
from voicenote.voice.kokoro_recipe import Archive

if TYPE_CHECKING:
    import httpx2

#: How long a server may be silent, in seconds.
_PATIENCE_S = 60.0
_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
#: The most bytes of a page that lists files.
_PAGE = 20_000_000
_AGAIN = "run the same command again: it goes on from where it stopped"


def fetch(
    archive: Archive, registries: Registries, place: Path, advance: Callable[[int], None]
) -> None:
    """Fetch a file to `place`, going on from what is there of it; `advance` is told of the bytes.

    What is there stays when it ends early, unless it is another file. Raises Unavailable.
    """
    have = place.stat().st_size if place.exists() else 0
    if have > archive.size:
        place.unlink()
        have = 0
    advance(have)
    if have < archive.size:
        with _translated(archive, registries) as client:
            address = _find(client, archive, registries)
            _go_on(client, address, archive, place, advance)
    if (found := _digest(place)) != archive.sha256:
        place.unlink(missing_ok=True)
        raise Unavailable(
            f"{archive.file} isn't the file that is known here (its SHA-256 begins "
            f"{found[:12]}, not {archive.sha256[:12]}); it was thrown away",
            "run the same command again, or name another registry: --index or --registry",
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """What a registry says of a package: where that was, of which kind, and the bytes."""

    address: str
    kind: str
    data: bytes

    def parse(self) -> dict[str, Any]:
        """Return the JSON. Raises Unavailable when it's something else."""
        try:
            found = json.loads(self.data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unavailable(
                f"{host_of(self.address)} doesn't answer as a package registry does",
                "name another: --index (Python) or --registry (npm)",
            )
        return found


def _find(client: httpx2.Client, archive: Archive, registries: Registries) -> str:
    """Return the address of a file. Raises Unavailable."""
    if archive.npm:
        page = _read(client, f"{registries.npm}/{archive.package}/{archive.version}", "*/*")
        dist = page.parse().get("dist")
        return str(dist.get("tarball", "") if isinstance(dist, dict) else "") or _lacks(archive)
    page = _read(client, f"{registries.python}/{archive.package}/", _SIMPLE)
    if "json" in page.kind:
        files = page.parse().get("files")
        listed = files if isinstance(files, list) else []
        links = [str(one.get("url", "")) for one in listed if isinstance(one, dict)]
    else:
        links = _read_links(page.data.decode("utf-8", "replace"))
    for link in links:
        if unquote(urlsplit(link).path).rpartition("/")[2] == archive.file:
            return urljoin(page.address, link).partition("#")[0]
    return _lacks(archive)


def _read_links(page: str) -> list[str]:
    """Return what the links of a page lead to."""
    found = _Links()
    found.feed(page)
    return found.links


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]


def _lacks(archive: Archive) -> str:
    raise Unavailable(
        f"the registry has no {archive.file} of {archive.package}",
        "name another: --index (Python) or --registry (npm)",
    )


def _read(client: httpx2.Client, address: str, kind: str) -> _Page:
    with client.stream("GET", address, headers={"Accept": kind}) as answer:
        _need_ok(answer, (200,))
        data = bytearray()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > _PAGE:
                raise Unavailable(f"{host_of(address)} sent too much", "name another registry")
        return _Page(str(answer.url), answer.headers.get("content-type", ""), bytes(data))


def _go_on(
    client: httpx2.Client,
    address: str,
    archive: Archive,
    place: Path,
    advance: Callable[[int], None],
) -> None:
    """Append what is missing to `place`; a server that gives no part gives it all again."""
    have = place.stat().st_size if place.exists() else 0
    asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", address, headers=asked) as answer:
        _need_ok(answer, (200, 206))
        if have and answer.status_code == 200:
            place.unlink()
            advance(-have)
            have = 0
        with open_to_add(place) as file:
            for piece in answer.iter_raw():
                have += len(piece)
                if have > archive.size:
                    break
                file.write(piece)
                advance(len(piece))
    if have < archive.size:
        raise Unavailable(f"{host_of(address)} stopped in the middle of {archive.file}", _AGAIN)


def _need_ok(answer: httpx2.Response, good: tuple[int, ...]) -> None:
    if answer.status_code not in good:
        raise Unavailable(
            f"{host_of(str(answer.url))} answered {answer.status_code}",
            "name another registry: --index (Python) or --registry (npm); or run it again later",
        )


@contextmanager
def _translated(archive: Archive, registries: Registries) -> Iterator[httpx2.Client]:
    """Yield a client, and turn its errors, and those of the disk, into ours."""
    import httpx2

    where = host_of(registries.npm if archive.npm else registries.python)
    try:
        with httpx2.Client(timeout=_PATIENCE_S, follow_redirects=True) as client:
            yield client
    except httpx2.HTTPError as error:
        why = type(error.__cause__ or error).__name__
        raise Unavailable(
            f"{where} can't be reached ({why})", f"go online, then {_AGAIN}"
        ) from error
    except (httpx2.InvalidURL, ValueError) as error:
        raise Unavailable(
            f"{where} isn't the address of a registry",
            "give one that begins with https://: --index (Python) or --registry (npm)",
        ) from error
    except OSError as error:
        what = f"{archive.file} can't be kept: {error.strerror or error}"
        raise Unavailable(what, room_for(error, Path(error.filename or "."))) from error


def _digest(place: Path) -> str:
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        what = f"{place.name} can't be read: {error.strerror or error}"
        raise Unavailable(what, room_for(error, place)) from error
