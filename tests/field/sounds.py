"""Takes of the siblings: what recorders, cameras and muted microphones write."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream

VOICE = Path(__file__).parents[2] / "samples" / "recording.ogg"
RATE = 16_000


def make_take(recipe: dict[str, Any], folder: Path) -> Path:
    """Write the take that `recipe` describes into `folder`; return the file."""
    if recipe["make"] == "tracks":
        return _tracks(folder / recipe["file"], recipe["tracks"], recipe["unknown"])
    if recipe["make"] == "wav":
        return _wav(folder / "take.wav", recipe)
    wave = {"voice": _voice, "buzz": _buzz, "fan": _fan}[recipe["make"]]() + recipe["offset"]
    file = folder / "take.wav"
    file.write_bytes(_whole_wav(_pcm(wave)))
    return file


def _voice() -> np.ndarray:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(VOICE)) as container:
        frames = [*container.decode(audio=0), None]
        return np.concatenate(
            [out.to_ndarray()[0] for one in frames for out in resampler.resample(one)]
        )


def _buzz() -> np.ndarray:
    moment = np.arange(30 * RATE) / RATE
    tones = [np.sin(2 * np.pi * 60 * k * moment) / k for k in (1, 3, 5)]
    return np.asarray(0.03 * np.sum(tones, axis=0))


def _fan() -> np.ndarray:
    moment = np.arange(30 * RATE) / RATE
    noise = np.random.default_rng(1).standard_normal(len(moment))
    brown = np.convolve(noise, np.exp(-np.arange(400) / 60), "same")
    swell = 1 + 0.5 * np.sin(2 * np.pi * 0.3 * moment)
    return np.asarray(0.04 * brown / np.abs(brown).max() * swell)


def _pcm(wave: np.ndarray) -> bytes:
    return bytes((np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes())


def _chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(content) if size is None else size) + content


def _whole_wav(pcm: bytes) -> bytes:
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
    return _chunk(b"RIFF", b"WAVE" + form + _chunk(b"data", pcm))


def _wav(file: Path, recipe: dict[str, Any]) -> Path:
    pcm = _pcm(_voice())
    chunks = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
    if "before" in recipe:
        chunks += _chunk(recipe["before"].encode(), b"INFO" + _chunk(b"IART", b"Anna Saar\0"))
    name = b"RIFF"
    if "ds64" in recipe:
        name, chunks = (
            b"RF64",
            _chunk(b"ds64", struct.pack("<QQQI", *[recipe["ds64"]] * 3, 0)) + chunks,
        )
    data = _chunk(b"data", pcm[: len(pcm) - recipe.get("cut", 0)], recipe["data"])
    file.write_bytes(_chunk(name, b"WAVE" + chunks + data, recipe["riff"]))
    return file


def _tracks(file: Path, tracks: int, unknown: dict[str, str]) -> Path:
    """Write the same voice on several tracks, and name the codec of some as nobody knows it."""
    matroska = file.suffix == ".mka"
    pcm = np.frombuffer(_pcm(_voice()), "<i2").reshape(1, -1)
    with av.open(str(file), "w") as out:
        codec = "flac" if matroska else "aac"
        streams = [out.add_stream(codec, rate=RATE, layout="mono") for _ in range(tracks)]
        for stream in streams:
            assert isinstance(stream, AudioStream)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, 0
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
    data, at = bytearray(file.read_bytes()), -1
    for track in range(tracks):
        at = data.index(b"A_FLAC" if matroska else b"stsd", at + 1)
        name = unknown.get(str(track), "").encode()
        if name and matroska:
            data[at : at + 6] = name
        elif name:
            data[at + 16 : at + 20] = name
            tables = data.index(b"esds", at)
            data[tables : tables + 4] = b"free"
    file.write_bytes(data)
    return file
