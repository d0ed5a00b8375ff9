"""Serves a GGUF file on loopback as an OpenAI-compatible endpoint, until it is ended.

    python serve.py MODEL.gguf PORT [THREADS] [CHAT_TEMPLATE]

Needs PyPI's xllamacpp (llama.cpp, prebuilt). Prompt caching is off: with it, a prompt that shares its beginning with
the one before looks many times faster than it is. GET /health answers 200 when the model is loaded.
"""

import signal
import sys

import xllamacpp


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.hostnames = ["127.0.0.1"]
    params.port = int(sys.argv[2])
    params.n_parallel = 1
    params.n_ctx = 2048
    params.cpuparams.n_threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    params.cache_prompt = False
    if len(sys.argv) > 4:
        params.chat_template = sys.argv[4]
    server = xllamacpp.Server(params)  # keeps serving as long as it is referenced
    print("ready", flush=True)
    signal.pause()
    del server


if __name__ == "__main__":
    main()
