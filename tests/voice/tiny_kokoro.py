"""A model of a few kilobytes with Kokoro's inputs and output, and a voice pack, for tests.

It hums: each letter gives 40 ms of a pitch of its own, the pack sets how loud, the speed how long.
An ONNX file is a protobuf message; the little of it that is needed is written here by hand.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

SAMPLES = 960  # a letter's
FLOAT, INT64 = 1, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a message: a number, or bytes with their length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def node(kind: str, given: list[str], made: str, **attributes: int) -> bytes:
    """One step of the graph (NodeProto); attributes are whole numbers."""
    data = b"".join(field(1, name) for name in given) + field(2, made) + field(4, kind)
    for name, value in attributes.items():
        data += field(5, field(1, name) + field(3, value) + field(20, 2))
    return data


def constant(name: str, values: list[float] | list[int], kind: int, shape: list[int]) -> bytes:
    """A tensor that the model holds (TensorProto)."""
    form = "f" if kind == FLOAT else "q"
    raw = struct.pack(f"<{len(values)}{form}", *values)
    return b"".join(field(1, n) for n in shape) + field(2, kind) + field(8, name) + field(9, raw)


def value(name: str, kind: int, shape: list[int | str]) -> bytes:
    """The shape of an input or output (ValueInfoProto)."""
    sides = b"".join(
        field(1, field(1, side) if isinstance(side, int) else field(2, side)) for side in shape
    )
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, sides)))


def model(tokens: str = "tokens", style: str = "style") -> bytes:
    """The whole file, its inputs named as one export or another names them."""
    ramp = [0.002 * n for n in range(SAMPLES)]
    steps = [
        node("Cast", [tokens], "letters", to=FLOAT),
        node("Reshape", ["letters", "column"], "rows"),
        node("Mul", ["rows", "ramp"], "phase"),
        node("Sin", ["phase"], "waves"),
        node("Abs", [style], "strength"),
        node("ReduceMax", ["strength"], "loudness", keepdims=0),
        node("Mul", ["waves", "loudness"], "loud"),
        node("Reshape", ["loud", "flat"], "sound"),
        node("Size", ["sound"], "count"),
        node("Cast", ["count"], "length", to=FLOAT),
        node("Reshape", ["speed", "scalar"], "step"),
        node("Range", ["zero", "length", "step"], "places"),
        node("Cast", ["places"], "at", to=INT64),
        node("Gather", ["sound", "at"], "audio"),
    ]
    held = [
        constant("ramp", ramp, FLOAT, [1, SAMPLES]),
        constant("column", [-1, 1], INT64, [2]),
        constant("flat", [-1], INT64, [1]),
        constant("zero", [0.0], FLOAT, []),
        field(1, 0) + field(2, INT64) + field(8, "scalar") + field(9, b""),
    ]
    graph = b"".join(field(1, step) for step in steps) + field(2, "hum")
    graph += b"".join(field(5, one) for one in held)
    graph += field(11, value(tokens, INT64, [1, "n"]))
    graph += field(11, value(style, FLOAT, [1, 256])) + field(11, value("speed", FLOAT, [1]))
    graph += field(12, value("audio", FLOAT, ["samples"]))
    return field(1, 8) + field(2, "voicenote-tests") + field(7, graph) + field(8, field(2, 17))


def pack(loudness: float = 0.3) -> bytes:
    """A voice: 510 rows of 256 numbers."""
    return np.full((510, 256), loudness, "<f4").tobytes()


def files(folder: Path) -> dict[str, object]:
    """Write both into `folder`; return the settings that name them."""
    (folder / "model.onnx").write_bytes(model())
    (folder / "bm_test.bin").write_bytes(pack())
    return {"model": "model.onnx", "voice": "bm_test.bin", "home": str(folder)}
