"""A BERT encoder in JAX: all-MiniLM-L6-v2 as published, or a student cut from it.

The teacher and the student are the same code with other layers and another vocabulary, so the
student starts from the teacher's own weights and differs only in what was cut away.
"""

import json
import struct
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

HEADS = 12
EPSILON = 1e-12
UNKNOWN_ID = 100
MAX_TOKENS = 48
LENGTH_STEP = 8

_LAYER_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "down_norm": "output.LayerNorm",
}


def read_safetensors(path):
    """All fp32 tensors of a safetensors file as a dictionary of NumPy arrays."""
    blob = Path(path).read_bytes()
    header_bytes = struct.unpack("<Q", blob[:8])[0]
    header = json.loads(blob[8 : 8 + header_bytes])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = (8 + header_bytes + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(blob[begin:end], np.float32).reshape(entry["shape"])
    return tensors


def load_encoder(path, layers, vocabulary=None, positions=512):
    """Parameters of the published model, restricted to some layers, word pieces and positions."""
    tensors = read_safetensors(path)
    prefix = "" if "embeddings.word_embeddings.weight" in tensors else "bert."
    get = lambda name: jnp.asarray(tensors[prefix + name])

    def part(layer, name):
        base = f"encoder.layer.{layer}.{name}"
        return {"weight": get(base + ".weight"), "bias": get(base + ".bias")}

    return {
        "words": get("embeddings.word_embeddings.weight")[:vocabulary],
        "positions": get("embeddings.position_embeddings.weight")[:positions],
        "type": get("embeddings.token_type_embeddings.weight")[0],
        "norm": {"weight": get("embeddings.LayerNorm.weight"), "bias": get("embeddings.LayerNorm.bias")},
        "layers": [{ours: part(layer, theirs) for ours, theirs in _LAYER_PARTS.items()} for layer in layers],
    }


def _dense(part, x):
    return x @ part["weight"].T + part["bias"]


def _norm(part, x):
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + EPSILON) * part["weight"] + part["bias"]


def _attention(layer, x, bias):
    batch, length, width = x.shape
    heads = lambda t: t.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)
    query, key, value = (heads(_dense(layer[name], x)) for name in ("query", "key", "value"))
    weights = jax.nn.softmax(query @ key.transpose(0, 1, 3, 2) / (width // HEADS) ** 0.5 + bias, -1)
    return _dense(layer["attention_out"], (weights @ value).transpose(0, 2, 1, 3).reshape(x.shape))


def embed(parameters, ids, mask):
    """Mean-pooled, normalised sentence vectors of a padded batch."""
    x = parameters["words"][ids] + parameters["positions"][: ids.shape[1]] + parameters["type"]
    x = _norm(parameters["norm"], x)
    bias = (1 - mask)[:, None, None, :] * -1e9
    for layer in parameters["layers"]:
        x = _norm(layer["attention_norm"], x + _attention(layer, x, bias))
        hidden = jax.nn.gelu(_dense(layer["up"], x), approximate=False)
        x = _norm(layer["down_norm"], x + _dense(layer["down"], hidden))
    pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return pooled / jnp.linalg.norm(pooled, axis=-1, keepdims=True)


def load_tokenizer(path):
    """The published tokenizer without its padding to a fixed length."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def pad(rows, vocabulary=None):
    """Ids and mask of one batch; the length is rounded up so that few shapes are compiled."""
    longest = max(map(len, rows))
    length = -(-longest // LENGTH_STEP) * LENGTH_STEP
    ids = np.zeros((len(rows), length), np.int32)
    mask = np.zeros((len(rows), length), np.float32)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    if vocabulary is not None:
        ids[ids >= vocabulary] = UNKNOWN_ID
    return ids, mask


def embed_all(parameters, rows, vocabulary=None, batch=64):
    """Vectors of many token rows, computed in batches of similar length."""
    run = jax.jit(embed)
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    vectors = np.zeros((len(rows), parameters["words"].shape[1]), np.float32)
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        filled = chosen + chosen[:1] * (batch - len(chosen))
        out = run(parameters, *pad([rows[index] for index in filled], vocabulary))
        vectors[chosen] = np.asarray(out)[: len(chosen)]
    return vectors
