"""The files of a Kokoro voice, a model and voice packs: find, check and read them.

They are named in the settings, or were put into a folder by ``voicenote voices add kokoro``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from voicenote.errors import VoiceUnavailable
from voicenote.options import option, validators
from voicenote.voice.kokoro_recipe import RECIPE

#: Advice for a model or a pack that is wrong.
MODEL = "fetch an ONNX model of Kokoro-82M v1.0 again: see docs/voices.md"
_ADD = "voicenote voices add kokoro"
_NAME_THEM = f"{_ADD}; or in [voice], set model and voice to files of yours: see docs/voices.md"
_FETCH_PACK = "fetch a voice of Kokoro-82M v1.0 again, such as bm_george.bin: see docs/voices.md"
#: What the model and its folder are called by `voicenote voices add`.
MODEL_NAME = "model.onnx"
FOLDER = "kokoro"
#: The ending of a voice pack, and the numbers in a row; one row for each length of a sentence.
PACK = ".bin"
_ROW = 256
_ROW_BYTES = 4 * _ROW


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """The files named in the settings; an empty path (``.``) if not set.

    `shared` is the folder of `voicenote voices add`, with a folder for each voice, from which comes
    what isn't named; it is no user setting.
    """

    model: Path = option(
        Path(), validators.path, "The file of its model; a relative path begins in the workspace."
    )
    voice: Path = option(Path(), validators.path, "The file of a voice, likewise.")
    shared: Path = option(Path(), validators.path, "")

    @property
    def model_file(self) -> Path:
        """The model that is used; an empty path if there is none."""
        added = self._folder / MODEL_NAME
        return added if self.model == Path() and self._added(added) else self.model

    @property
    def packs(self) -> dict[str, Path]:
        """The voice pack for each language; the only one, if one was named, under ""."""
        if self.voice != Path():
            return {"": self.voice}
        named = {
            tongue: self._folder / f"{name}{PACK}" for tongue, (name, _) in RECIPE.packs.items()
        }
        return {tongue: path for tongue, path in named.items() if self._added(path)}

    @property
    def _folder(self) -> Path:
        return self.shared / FOLDER

    def _added(self, path: Path) -> bool:
        return self.shared != Path() and path.is_file()


def problem_of(files: ModelFiles) -> tuple[str, str] | None:
    """Return what is wrong with the files and what to do, or None. Reads a few bytes of each."""
    model, packs = files.model_file, files.packs
    if model == Path() and files.voice == Path():
        return "kokoro isn't on this machine", _NAME_THEM
    if model == Path() or not packs:
        lacking = "model" if model == Path() else "voice"
        return f"kokoro's {lacking} is not named", _NAME_THEM
    for path, advice in ((model, MODEL), *((pack, _FETCH_PACK) for pack in packs.values())):
        try:
            with path.open("rb") as file:
                what = _model_problem(file) if path == model else _pack_problem(file)
        except FileNotFoundError:
            return f"{path} doesn't exist", "check the path in [voice]"
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}", "check the path in [voice]"
        if what:
            return f"{path} {what}", advice
    return None


def digest(files: ModelFiles) -> str:
    """Return a short hash of all files. Raises VoiceUnavailable."""
    found = hashlib.sha256()
    try:
        for path in (files.model_file, *files.packs.values()):
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise VoiceUnavailable(f"{path} cannot be read: {error.strerror}", MODEL) from error
    return found.hexdigest()[:16]


def open_pack(path: Path) -> Any:
    """Return the voice pack as rows of numbers. Raises VoiceUnavailable."""
    import numpy as np

    try:
        rows = np.fromfile(path, "<f4").reshape(-1, _ROW)
    except (OSError, ValueError) as error:
        raise VoiceUnavailable(f"{path} cannot be read: {error}", _FETCH_PACK) from error
    if not np.isfinite(rows).all() or not 0.001 < float(np.abs(rows).max()) < 100:
        raise VoiceUnavailable(f"{path} is not a voice of Kokoro", _FETCH_PACK)
    return rows


def _pack_problem(file: BinaryIO) -> str:
    size = file.seek(0, 2)
    if not size or size % _ROW_BYTES or size > 4096 * _ROW_BYTES:
        return "is not a voice of Kokoro, or not the whole of it"
    return ""


def _model_problem(file: BinaryIO) -> str:
    """Check the top-level fields of an ONNX file (protobuf), each of which gives its length."""
    size = file.seek(0, 2)
    at = 0
    holds = set()
    while at < size:
        file.seek(at)
        head = file.read(20)
        tag, used = _varint(head)
        number, wire = tag >> 3, tag & 7
        value, more = _varint(head[used:])
        if not used or not more or wire not in (0, 2) or not 1 <= number <= 30:
            return "is not an ONNX model"
        holds.add(number)
        at += used + more + (value if wire == 2 else 0)
    if at > size:
        return "is not whole" if 1 in holds else "is not an ONNX model"
    return "" if {1, 7} <= holds else "is not an ONNX model"


def _varint(data: bytes) -> tuple[int, int]:
    """Return the number at the start of `data` and its length in bytes; 0, 0 if there is none."""
    value = 0
    for place, byte in enumerate(data[:10]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, place + 1
    return 0, 0
