"""A Python index and an npm registry on loopback, with small packages in place of Kokoro's."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.voice import tiny_kokoro
from voicenote.engine.admin.registries import Registries
from voicenote.voice.kokoro_recipe import RECIPE, Archive, Recipe


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _wheel(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(zipfile.ZipInfo(name), data)
    return made.getvalue()


def _tarball(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        for name, data in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            file.addfile(about, io.BytesIO(data))
    return made.getvalue()


def small_recipe() -> tuple[Recipe, dict[str, bytes]]:
    """Kokoro's recipe for a model that hums, and the files that a registry has."""
    model, files = tiny_kokoro.model(), dict[str, bytes]()
    cut = [len(model) * n // 4 for n in range(5)]
    parts = []
    for n, (archive, inside) in enumerate(RECIPE.parts):
        data = _wheel(inside, model[cut[n] : cut[n + 1]])
        files[archive.file] = data
        parts.append((_known(archive, data), inside))
    packs, inner = {}, {}
    for n, (tongue, (name, _)) in enumerate(RECIPE.packs.items()):
        pack = tiny_kokoro.pack(0.3 + n / 100)
        inner[RECIPE.pack_path.format(name)] = pack
        packs[tongue] = (name, _sha(pack))
    data = _tarball(inner)
    files[RECIPE.voices.file] = data
    recipe = replace(
        RECIPE,
        parts=tuple(parts),
        model_size=len(model),
        model_sha256=_sha(model),
        voices=_known(RECIPE.voices, data),
        packs=packs,
    )
    return recipe, files


def _known(archive: Archive, data: bytes) -> Archive:
    return replace(archive, size=len(data), sha256=_sha(data))


@dataclass
class Served:
    """What the server has and was asked; the test may change all of it.

    `stops` maps a file to the bytes after which its connection is cut. `parts` is whether it gives
    a part of a file when asked for one.
    """

    files: dict[str, bytes]
    url: str = ""
    html: bool = False
    parts: bool = True
    stops: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def registries(self) -> Registries:
        return Registries(f"{self.url}/simple", f"{self.url}/npm")


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.served.asked.append((self.path, self.headers.get("Range", "")))
        place, _, name = self.path.strip("/").partition("/")
        if (status := self.served.statuses.get(place)) is not None:
            self._give(b"", "text/plain", status)
        elif place == "simple":
            self._list(name)
        elif place == "npm":
            tarball = f"{self.served.url}/file/{RECIPE.voices.file}"
            told = json.dumps({"dist": {"tarball": tarball}}).encode()
            self._give(told, "application/json")
        else:
            self._file(name)

    def _list(self, package: str) -> None:
        begins = package.replace("-", "_") + "-"
        names = [name for name in self.served.files if name.startswith(begins)]
        if self.served.html:
            links = "".join(f'<a href="../../file/{one}#sha256=0">{one}</a>' for one in names)
            self._give(f"<html>{links}</html>".encode(), "text/html")
            return
        listed = [{"filename": one, "url": f"{self.served.url}/file/{one}"} for one in names]
        kind = "application/vnd.pypi.simple.v1+json"
        self._give(json.dumps({"files": listed}).encode(), kind)

    def _file(self, name: str) -> None:
        data, begin, status = self.served.files[name], 0, 200
        if self.served.parts and (asked := self.headers.get("Range")):
            begin, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        end = self.served.stops.pop(name, len(data))
        self.wfile.write(data[begin:end])
        self.close_connection = True

    def _give(self, data: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Served]:
    """Serve packages on loopback in the block."""
    served = Served(files)
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
