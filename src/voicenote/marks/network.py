"""Perth's networks, as ONNX files run by onnxruntime.

`scripts/watermark_networks.py` makes the files from the weights in the package resemble-perth 1.0.1
(MIT; `perth/LICENSE`), each weight held in 8 bits. No other part of that package is used.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from voicenote.errors import Unavailable
from voicenote.extras import how_to_install_packages
from voicenote.marks.spectrum import Samples

FOLDER = Path(__file__).parent / "perth"


def runs_here() -> bool:
    """Return whether the library that runs the networks is installed; does not load it."""
    return find_spec("onnxruntime") is not None


def encode(levels: Samples) -> Samples:
    """Return by how much to change each bin, from its loudness; both are frames by bins.

    Raises Unavailable when the networks don't run here.
    """
    return _run("encoder.onnx", levels)


def decode(levels: Samples) -> Samples:
    """Return how much each frame looks marked, from its loudness (frames by bins).

    Raises as `encode` does.
    """
    return _run("decoder.onnx", levels)[:, 1]


def _run(name: str, levels: Samples) -> Samples:
    [found] = _network(name).run(None, {"loudness": np.ascontiguousarray(levels.T)[None]})
    rows: Samples = found[0].T
    return rows


@lru_cache(maxsize=2)
def _network(name: str) -> Any:
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # One thread: memos are made by as many processes as there are cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = str(FOLDER / name)
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own errors have no common class
        what = f"the watermark's network can't be run: {error}"
        cure = f"{how_to_install_packages('onnxruntime')}, or set [sound] watermark = false"
        raise Unavailable(what, cure) from error
