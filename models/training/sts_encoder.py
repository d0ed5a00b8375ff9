"""A BERT encoder in PyTorch: all-MiniLM-L6-v2 as published, or a student cut from it.

The teacher and the student are the same code with other layers and another vocabulary, so the
student starts from the teacher's own weights and differs only in what was cut away.
"""

import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HEADS = 12
EPSILON = 1e-12
UNKNOWN_ID = 100
MAX_TOKENS = 48
HIDDEN = -1e9

LAYER_PARTS = {
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
    """Flat dictionary of the published model's parameters, cut to some layers, word pieces and positions.

    Layers are numbered anew from 0: "0.query.weight" is the first one kept.
    """
    tensors = read_safetensors(path)
    prefix = "" if "embeddings.word_embeddings.weight" in tensors else "bert."
    get = lambda name: torch.from_numpy(tensors[prefix + name].copy())
    kept = {
        "words": get("embeddings.word_embeddings.weight")[:vocabulary].clone(),
        "positions": get("embeddings.position_embeddings.weight")[:positions].clone(),
        "type": get("embeddings.token_type_embeddings.weight")[0].clone(),
        "norm.weight": get("embeddings.LayerNorm.weight"),
        "norm.bias": get("embeddings.LayerNorm.bias"),
    }
    for index, layer in enumerate(layers):
        for ours, theirs in LAYER_PARTS.items():
            for kind in ("weight", "bias"):
                kept[f"{index}.{ours}.{kind}"] = get(f"encoder.layer.{layer}.{theirs}.{kind}")
    return kept


def layer_count(parameters):
    return sum(name.endswith(".query.weight") for name in parameters)


def embed(parameters, ids, mask):
    """Mean-pooled, normalised sentence vectors of a padded batch."""
    dense = lambda x, name: F.linear(x, parameters[name + ".weight"], parameters[name + ".bias"])
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], parameters[name + ".weight"], parameters[name + ".bias"], EPSILON)
    batch, length = ids.shape
    x = F.embedding(ids, parameters["words"]) + parameters["positions"][:length] + parameters["type"]
    x = norm(x, "norm")
    width = x.shape[-1] // HEADS
    heads = lambda t: t.view(batch, length, HEADS, width).transpose(1, 2)
    bias = (1 - mask)[:, None, None] * HIDDEN
    for layer in range(layer_count(parameters)):
        query, key, value = (heads(dense(x, f"{layer}.{name}")) for name in ("query", "key", "value"))
        weights = (query * width**-0.5 @ key.transpose(-1, -2) + bias).softmax(-1)
        mixed = (weights @ value).transpose(1, 2).reshape(x.shape)
        x = norm(x + dense(mixed, f"{layer}.attention_out"), f"{layer}.attention_norm")
        x = norm(x + dense(F.gelu(dense(x, f"{layer}.up")), f"{layer}.down"), f"{layer}.down_norm")
    pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return F.normalize(pooled, dim=1)


def pad(rows, vocabulary=None):
    """Ids and mask of one batch; word pieces beyond the student's vocabulary become the unknown one."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    if vocabulary is not None:
        ids[ids >= vocabulary] = UNKNOWN_ID
    return torch.from_numpy(ids), torch.from_numpy(mask)


@torch.no_grad()
def embed_all(parameters, rows, vocabulary=None, batch=64):
    """Vectors of many token rows, computed in batches of similar length."""
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    vectors = np.zeros((len(rows), parameters["words"].shape[1]), np.float32)
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        vectors[chosen] = embed(parameters, *pad([rows[index] for index in chosen], vocabulary)).numpy()
    return vectors
