"""Sentences as packets: each is encoded alone, so that memos can be put together from packets.

A piece is silence, the words, silence, in whole packets, made by a fresh encoder. Both ends are
digital silence. There an encoder and a decoder are in the same state as at their start, so pieces
follow each other without a click.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import av
import numpy as np

from voicenote.errors import Unavailable
from voicenote.sound.formats import CODECS, Codec
from voicenote.sound.loudness import Samples
from voicenote.sound.trim import flat

#: Memos are laid out in steps of one Opus packet, in seconds.
TICK_S = 0.06
#: The silence of a piece before its words, and the least after them, in seconds.
LEAD_S = 0.06
TAIL_S = 0.08


@dataclass(frozen=True, slots=True)
class Form:
    """How a rendition's packets are made: samples a packet, and packets of delay to drop.

    An MDCT codec outputs a piece's sound one packet late; its first packet is silence.
    """

    frame: int
    delay: int
    format: str
    decoder: str


FORMS = {
    "ogg": Form(frame=960, delay=0, format="s16", decoder="opus"),
    "m4a": Form(frame=1024, delay=1, format="fltp", decoder="aac"),
    "mp3": Form(frame=576, delay=1, format="s16p", decoder="mp3float"),
}


def codec_of(rendition: str, bit_rate: int = 0) -> Codec:
    """Return a rendition's codec; `bit_rate` (bits a second, 0 for the default) is only for Ogg.

    For Ogg it is the Opus mode that never cracks; `formats.for_speech` makes the other of it.
    """
    codec = CODECS[rendition]
    return replace(codec, bit_rate=bit_rate) if bit_rate and rendition == "ogg" else codec


def code(words: Samples, rendition: str, codec: Codec) -> tuple[bytes, ...]:
    """Return the packets of a piece with `words` (at the codec's rate, full scale is 1).

    Raises Unavailable when the encoder fails.
    """
    form = FORMS[rendition]
    lead = round(LEAD_S * codec.rate)
    length = round((LEAD_S + len(words) / codec.rate + TAIL_S) * codec.rate)
    count = -(-length // form.frame)
    whole = np.zeros((count + form.delay) * form.frame, np.float32)
    whole[lead : lead + len(words)] = np.clip(words, -1, 1)
    kept = _encode_packets(whole, form, codec)[form.delay :]
    return tuple(kept[:count])


@lru_cache(maxsize=8)
def silence(rendition: str, codec: Codec) -> bytes:
    """Return a rendition's packet of silence, for pauses."""
    form = FORMS[rendition]
    return _encode_packets(np.zeros(6 * form.frame, np.float32), form, codec)[4]


def _encode_packets(samples: Samples, form: Form, codec: Codec) -> list[bytes]:
    data: Any = samples if form.format == "fltp" else (samples * 32767).astype("<i2")
    frame = av.AudioFrame.from_ndarray(data.reshape(1, -1), format=form.format, layout="mono")
    frame.sample_rate, frame.pts = codec.rate, 0
    queue = av.AudioFifo()
    queue.write(frame)
    try:
        coder = encoder(codec, form.format)
        packets = [bytes(p) for part in queue.read_many(form.frame) for p in coder.encode(part)]
        if form.delay:
            packets += [bytes(packet) for packet in coder.encode(None)]
    except (av.FFmpegError, OSError) as error:
        raise Unavailable(
            f"the sound can't be encoded: {error}", "reinstall the package av"
        ) from error
    return packets


def encoder(codec: Codec, form: str) -> av.AudioCodecContext:
    """Return a new, opened encoder."""
    coder = cast("av.AudioCodecContext", av.CodecContext.create(codec.codec, "w"))
    coder.sample_rate = codec.rate
    coder.layout = "mono"
    coder.format = form
    coder.bit_rate = codec.bit_rate
    coder.options = {"flags": "+bitexact", **dict(codec.options)}
    coder.open()
    return coder


def decode_packets(packets: tuple[bytes, ...], rendition: str, codec: Codec) -> tuple[Samples, int]:
    """Return a piece as a player decodes it: its samples and their rate."""
    form = FORMS[rendition]
    decoder = cast("av.AudioCodecContext", av.CodecContext.create(form.decoder, "r"))
    decoder.sample_rate = codec.rate
    decoder.layout = "mono"
    if rendition == "m4a":
        decoder.extradata = encoder(codec, form.format).extradata
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate([flat(frame) for frame in frames]), frames[0].sample_rate
