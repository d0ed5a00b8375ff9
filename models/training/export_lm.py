"""Write a trained language model in the layout that transformers.js loads.

The graph takes ids, mask, positions and a key-value cache and returns logits and the longer cache,
all in fp32; weights are fp16 in the file.
"""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from chat import BOS, EOS, PAD, TEMPLATE
from lm import EPSILON, SIZES, THETA
from onnx_graph import BOOL, FLOAT, INT64, Graph

CONTEXT = 512


class Decoder:
    """Builds the graph of one decoder."""

    def __init__(self, size, parameters):
        self.size, self.parameters = size, parameters
        self.graph = Graph("llama")
        self.head_width = size.width // size.heads

    def build(self):
        graph, size = self.graph, self.size
        vocabulary = self.parameters["embedding"].shape[0]
        ids = graph.input("input_ids", INT64, ["batch_size", "sequence_length"])
        mask = graph.input("attention_mask", INT64, ["batch_size", "total_sequence_length"])
        positions = graph.input("position_ids", INT64, ["batch_size", "sequence_length"])
        cache = lambda length: ["batch_size", size.heads, length, self.head_width]
        for layer in range(size.layers):
            for part in ("key", "value"):
                graph.input(f"past_key_values.{layer}.{part}", FLOAT, cache("past_sequence_length"))
        graph.output("logits", FLOAT, ["batch_size", "sequence_length", vocabulary])
        for layer in range(size.layers):
            for part in ("key", "value"):
                graph.output(f"present.{layer}.{part}", FLOAT, cache("total_sequence_length"))
        embedding = graph.half_matrix(self.parameters["embedding"], "embedding")
        bias = self._bias(ids, mask)
        rotation = self._rotation(positions)
        x = graph.node("Gather", embedding, ids)
        for layer in range(size.layers):
            x = self._layer(layer, x, bias, rotation)
        x = self._norm(x, self.parameters["norm"], "norm")
        graph.node("MatMul", x, graph.node("Transpose", embedding, perm=[1, 0]), outputs=["logits"])
        return graph

    def _length(self, tensor):
        graph = self.graph
        return graph.node("Squeeze", graph.node("Gather", graph.node("Shape", tensor), graph.integers(1)), graph.integers(0))

    def _bias(self, ids, mask):
        """[batch, 1, queries, keys]: 0 where a query may look, a large negative number elsewhere."""
        graph = self.graph
        new, total = self._length(ids), self._length(mask)
        zero, one = graph.scalar(0, np.int64), graph.scalar(1, np.int64)
        keys = graph.node("Unsqueeze", graph.node("Range", zero, total, one), graph.integers(0))
        queries = graph.node("Range", graph.node("Sub", total, new), total, one)
        causal = graph.node("LessOrEqual", keys, graph.node("Unsqueeze", queries, graph.integers(1)))
        present = graph.node("Unsqueeze", graph.node("Cast", mask, to=BOOL), graph.integers(1))
        allowed = graph.node("And", graph.node("Unsqueeze", causal, graph.integers(0)), present)
        bias = graph.node("Where", allowed, graph.scalar(0.0), graph.scalar(-1e9))
        return graph.node("Unsqueeze", bias, graph.integers(1))

    def _rotation(self, positions):
        """Cosines and sines of the positions, [batch, 1, queries, head width]."""
        graph, width = self.graph, self.head_width
        angles = np.arange(CONTEXT)[:, None] * THETA ** (-np.arange(0, width, 2) / width)
        angles = np.concatenate([angles, angles], 1)
        tables = (graph.constant(table(angles).astype(np.float32), name) for name, table in (("cos", np.cos), ("sin", np.sin)))
        return [graph.node("Unsqueeze", graph.node("Gather", table, positions), graph.integers(1)) for table in tables]

    def _norm(self, x, weight, name):
        graph = self.graph
        mean = graph.node("ReduceMean", graph.node("Mul", x, x), axes=[-1], keepdims=1)
        root = graph.node("Sqrt", graph.node("Add", mean, graph.scalar(EPSILON)))
        return graph.node("Mul", graph.node("Div", x, root), graph.constant(np.asarray(weight, np.float32), name + ".weight"))

    def _linear(self, x, layer, name):
        return self.graph.node("MatMul", x, self.graph.half_matrix(self.parameters[name][layer], f"layer.{layer}.{name}"))

    def _heads(self, x):
        shape = self.graph.integers(0, 0, self.size.heads, self.head_width)
        return self.graph.node("Transpose", self.graph.node("Reshape", x, shape), perm=[0, 2, 1, 3])

    def _rotate(self, x, rotation):
        graph, half = self.graph, self.head_width // 2
        first = graph.node("Slice", x, graph.integers(0), graph.integers(half), graph.integers(3))
        second = graph.node("Slice", x, graph.integers(half), graph.integers(2 * half), graph.integers(3))
        turned = graph.node("Concat", graph.node("Neg", second), first, axis=-1)
        return graph.node("Add", graph.node("Mul", x, rotation[0]), graph.node("Mul", turned, rotation[1]))

    def _attention(self, layer, x, bias, rotation):
        graph = self.graph
        query = self._rotate(self._heads(self._linear(x, layer, "query")), rotation)
        key = self._rotate(self._heads(self._linear(x, layer, "key")), rotation)
        value = self._heads(self._linear(x, layer, "value"))
        key = graph.node("Concat", f"past_key_values.{layer}.key", key, axis=2, outputs=[f"present.{layer}.key"])
        value = graph.node("Concat", f"past_key_values.{layer}.value", value, axis=2, outputs=[f"present.{layer}.value"])
        scores = graph.node("MatMul", query, graph.node("Transpose", key, perm=[0, 1, 3, 2]))
        scores = graph.node("Add", graph.node("Mul", scores, graph.scalar(self.head_width**-0.5)), bias)
        mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
        mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
        return self._linear(graph.node("Reshape", mixed, graph.integers(0, 0, self.size.width)), layer, "out")

    def _layer(self, layer, x, bias, rotation):
        graph = self.graph
        h = self._norm(x, self.parameters["attention_norm"][layer], f"layer.{layer}.attention_norm")
        x = graph.node("Add", x, self._attention(layer, h, bias, rotation))
        h = self._norm(x, self.parameters["mlp_norm"][layer], f"layer.{layer}.mlp_norm")
        gate = self._linear(h, layer, "gate")
        active = graph.node("Mul", graph.node("Mul", gate, graph.node("Sigmoid", gate)), self._linear(h, layer, "up"))
        return graph.node("Add", x, self._linear(active, layer, "down"))


def write_json(path, content):
    Path(path).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def write_configs(folder, size, tokenizer):
    """config.json, generation_config.json and the tokenizer's two files."""
    ids = {name: tokenizer.token_to_id(token) for name, token in (("bos", BOS), ("eos", EOS), ("pad", PAD))}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": size.width,
        "intermediate_size": size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.heads,
        "head_dim": size.width // size.heads,
        "hidden_act": "silu",
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": EPSILON,
        "rope_theta": THETA,
        "tie_word_embeddings": True,
    }
    generation = {f"{name}_token_id": value for name, value in ids.items()}
    write_json(folder / "config.json", {**config, **generation})
    write_json(folder / "generation_config.json", {**generation, "do_sample": False, "max_length": CONTEXT})
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": BOS,
            "eos_token": EOS,
            "pad_token": PAD,
            "padding_side": "left",
            "model_max_length": CONTEXT,
            "clean_up_tokenization_spaces": False,
            "chat_template": TEMPLATE,
        },
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="file written by train_lm.py")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    content = pickle.loads(Path(options.weights).read_bytes())
    size = SIZES[content["size"]]
    options.out.mkdir(parents=True, exist_ok=True)
    Decoder(size, content["parameters"]).build().save(options.out / "onnx" / "model.onnx", "poq-lab")
    write_configs(options.out, size, Tokenizer.from_file(options.tokenizer))


if __name__ == "__main__":
    main()
