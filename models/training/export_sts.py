"""Write the trained bi-encoder in the layouts of transformers.js and sentence-transformers.

Matrices are int8 with a scale a row in the file and fp32 once loaded. The tokenizer is the
teacher's, cut to the word pieces that the encoder kept, without padding to a fixed length.
"""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np

from export_lm import write_json
from onnx_graph import FLOAT, INT64, Graph
from sts_encoder import EPSILON, HEADS, HIDDEN, layer_count


class Encoder:
    """Builds the graph of the encoder."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.width = parameters["words"].shape[1]
        self.graph = Graph("bert")

    def build(self):
        graph = self.graph
        shape = ["batch_size", "sequence_length"]
        ids = graph.input("input_ids", INT64, shape)
        mask = graph.input("attention_mask", INT64, shape)
        types = graph.input("token_type_ids", INT64, shape)
        graph.output("last_hidden_state", FLOAT, [*shape, self.width])
        x = self._norm(self._embeddings(ids, types), "norm")
        hidden = graph.node("Sub", graph.scalar(1.0), graph.node("Cast", mask, to=FLOAT))
        bias = graph.node("Mul", graph.node("Unsqueeze", hidden, graph.integers(1, 2)), graph.scalar(HIDDEN))
        for layer in range(layer_count(self.parameters)):
            x = self._layer(x, bias, str(layer))
        graph.node("Identity", x, outputs=["last_hidden_state"])
        return graph

    def _embeddings(self, ids, types):
        """Word, position and type; the type's vector is the only one there is, so it is added for any id."""
        graph = self.graph
        words = graph.node("Gather", graph.int8_matrix(self.parameters["words"], "words", 0), ids)
        length = graph.node("Gather", graph.node("Shape", ids), graph.scalar(1, np.int64))
        positions = graph.node("Range", graph.scalar(0, np.int64), length, graph.scalar(1, np.int64))
        table = np.stack([self.parameters["type"]] * 2)
        kinds = graph.node("Gather", graph.constant(table, "types"), types)
        placed = graph.node("Gather", graph.int8_matrix(self.parameters["positions"], "positions", 0), positions)
        return graph.node("Add", graph.node("Add", words, placed), kinds)

    def _dense(self, x, name):
        weight = self.graph.int8_matrix(self.parameters[name + ".weight"].T, name + ".weight", 1)
        return self.graph.node("Add", self.graph.node("MatMul", x, weight), self.graph.constant(self.parameters[name + ".bias"], name + ".bias"))

    def _norm(self, x, name):
        scale, shift = (self.graph.constant(self.parameters[f"{name}.{kind}"], f"{name}.{kind}") for kind in ("weight", "bias"))
        return self.graph.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=EPSILON)

    def _attention(self, x, bias, layer):
        graph, width = self.graph, self.width // HEADS
        shape = graph.integers(0, 0, HEADS, width)
        heads = lambda name: graph.node("Transpose", graph.node("Reshape", self._dense(x, f"{layer}.{name}"), shape), perm=[0, 2, 1, 3])
        query, key, value = heads("query"), heads("key"), heads("value")
        scores = graph.node("MatMul", query, graph.node("Transpose", key, perm=[0, 1, 3, 2]))
        scores = graph.node("Add", graph.node("Mul", scores, graph.scalar(width**-0.5)), bias)
        mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
        mixed = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), graph.integers(0, 0, self.width))
        return self._dense(mixed, f"{layer}.attention_out")

    def _gelu(self, x):
        graph = self.graph
        erf = graph.node("Erf", graph.node("Mul", x, graph.scalar(2**-0.5)))
        return graph.node("Mul", graph.node("Mul", x, graph.scalar(0.5)), graph.node("Add", erf, graph.scalar(1.0)))

    def _layer(self, x, bias, layer):
        graph = self.graph
        x = self._norm(graph.node("Add", x, self._attention(x, bias, layer)), f"{layer}.attention_norm")
        down = self._dense(self._gelu(self._dense(x, f"{layer}.up")), f"{layer}.down")
        return self._norm(graph.node("Add", x, down), f"{layer}.down_norm")


def write_tokenizer(teacher, folder, vocabulary, positions):
    """The teacher's tokenizer with the first `vocabulary` word pieces, truncating at `positions`."""
    content = json.loads((teacher / "tokenizer.json").read_text(encoding="utf8"))
    content["padding"] = None
    content["truncation"] = {"max_length": positions, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    content["model"]["vocab"] = {piece: number for piece, number in content["model"]["vocab"].items() if number < vocabulary}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text, encoding="utf8")
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": positions, **special},
    )


def write_configs(parameters, folder):
    """config.json, and what sentence-transformers reads: the modules, mean pooling and normalisation."""
    vocabulary, width = parameters["words"].shape
    positions = len(parameters["positions"])
    write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": vocabulary,
            "hidden_size": width,
            "intermediate_size": len(parameters["0.up.bias"]),
            "num_hidden_layers": layer_count(parameters),
            "num_attention_heads": HEADS,
            "max_position_embeddings": positions,
            "type_vocab_size": 2,
            "hidden_act": "gelu",
            "layer_norm_eps": EPSILON,
            "pad_token_id": 0,
        },
    )
    kinds = (("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize"))
    modules = [{"idx": int(name), "name": name, "path": path, "type": f"sentence_transformers.models.{kind}"} for name, path, kind in kinds]
    write_json(folder / "modules.json", modules)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": width, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    write_json(folder / "1_Pooling" / "config.json", pooling)
    return vocabulary, positions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="file written by train_sts.py")
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    parameters = pickle.loads(Path(options.weights).read_bytes())
    options.out.mkdir(parents=True, exist_ok=True)
    Encoder(parameters).build().save(options.out / "onnx" / "model.onnx", "poq-lab")
    write_tokenizer(options.teacher, options.out, *write_configs(parameters, options.out))


if __name__ == "__main__":
    main()
