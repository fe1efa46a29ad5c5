"""Make the watermark's two networks, `src/voicenote/marks/perth/*.onnx`, from Perth's weights.

Usage: python scripts/watermark_networks.py CHECKPOINT [FOLDER]

CHECKPOINT is perth_net_250000.pth.tar of the package resemble-perth 1.0.1 (MIT; `pip download
--no-deps resemble-perth==1.0.1`, then unzip the wheel). It is read without torch. The package onnx
must be installed. Each weight is held in 8 bits with a scale for each output: a quarter of it.
With a FOLDER the files are written there; else those of the sources are held against new ones.
"""

import collections
import hashlib
import io
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent.parent / "src" / "voicenote" / "marks" / "perth"
#: What the checkpoint must be.
SHA256 = "a15bce457ebc53ce5e6c9c3f11df78cf7ee2bf9cdab0a798902135b4c4027670"
#: File → the layers of the checkpoint that it holds.
PARTS = {"encoder.onnx": "encoder.layers", "decoder.onnx": "decoder.normal_layers"}
#: The networks of Perth: seven convolutions, a leaky rectifier after each but the last.
LAYERS, LEAK = 7, 0.01


class Weights(pickle.Unpickler):
    """Reads tensors of 32-bit floats from a checkpoint, and nothing that could run."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        super().__init__(io.BytesIO(archive.read("archive/data.pkl")))
        self._archive = archive

    def find_class(self, module: str, name: str) -> Any:
        """Return what may be named in it."""
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self._tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no business here")

    def persistent_load(self, pid: Any) -> Any:
        """Return the kind of a storage, and its file."""
        return pid[1], pid[2]

    def _tensor(self, storage: tuple[str, str], offset: int, size: Any, *_: object) -> Any:
        kind, name = storage
        if kind != "FloatStorage":
            return None
        flat = np.frombuffer(self._archive.read(f"archive/data/{name}"), "<f4")
        return flat[offset : offset + int(np.prod(size))].reshape(size)


def network(weights: Any, layers: str) -> bytes:
    """Return one network as an ONNX file: loudness (1, bins, frames) in, as many frames out."""
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[Any] = []
    held: list[Any] = []
    before = "loudness"
    for number in range(LAYERS):
        weight = weights[f"{layers}.{number}.conv.weight"]
        scale = np.abs(weight).max(axis=(1, 2), keepdims=True) / 127
        small = np.round(weight / scale).astype(np.int8)
        one = f"layer{number}"
        held += [
            numpy_helper.from_array(small, f"{one}.small"),
            numpy_helper.from_array(scale.astype(np.float32), f"{one}.scale"),
            numpy_helper.from_array(weights[f"{layers}.{number}.conv.bias"].copy(), f"{one}.bias"),
        ]
        last = number == LAYERS - 1
        after = "found" if last else f"{one}.out"
        reach = weight.shape[2] // 2
        nodes += [
            helper.make_node("Cast", [f"{one}.small"], [f"{one}.wide"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{one}.wide", f"{one}.scale"], [f"{one}.weight"]),
            helper.make_node(
                "Conv",
                [before, f"{one}.weight", f"{one}.bias"],
                [after if last else f"{one}.sum"],
                kernel_shape=[weight.shape[2]],
                pads=[reach, reach],
            ),
        ]
        if not last:
            nodes.append(helper.make_node("LeakyRelu", [f"{one}.sum"], [after], alpha=LEAK))
        before = after
    bins, results = weights[f"{layers}.0.conv.weight"].shape[1], weight.shape[0]
    graph = helper.make_graph(
        nodes,
        "perth",
        [helper.make_tensor_value_info("loudness", TensorProto.FLOAT, [1, bins, "frames"])],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, [1, results, "frames"])],
        held,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def main(checkpoint: str, folder: str = "") -> None:
    """Write the files, or say whether those of the sources are the same."""
    data = Path(checkpoint).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit(f"{checkpoint} isn't the checkpoint of resemble-perth 1.0.1")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        weights = Weights(archive).load()["model"]
    for name, layers in PARTS.items():
        made = network(weights, layers)
        if folder:
            (Path(folder) / name).write_bytes(made)
            print(f"{name}: {len(made):,} bytes")
        elif made == (HERE / name).read_bytes():
            print(f"{name}: the same")
        else:
            sys.exit(f"{name} differs")


if __name__ == "__main__":
    main(*sys.argv[1:])
