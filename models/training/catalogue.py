"""Write models.json, the catalogue of the bundled models that the product reads.

Sizes and parameter counts are taken from the exported files, so the catalogue cannot disagree with
them.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from export_lm import write_json

DESCRIPTIONS = {
    "small": "One layer: fast, and often wrong about who did what.",
    "medium": "Two layers: between small and large.",
    "large": "Four layers: the best and the slowest of the three.",
    "sts": "Sentence similarity: three layers of all-MiniLM-L6-v2, distilled.",
}
LICENSES = {"sts": "Apache-2.0"}
TABLES = {"cos", "sin"}


def parameter_count(path):
    """Numbers in the weights; scales, rotary tables and the graph's own constants do not count."""
    counted = 0
    for tensor in onnx.load(path).graph.initializer:
        if tensor.name.startswith("const_") or tensor.name.endswith(".scale") or tensor.name in TABLES:
            continue
        counted += int(np.prod(numpy_helper.to_array(tensor).shape))
    return counted


def entry(folder, own_license):
    """One model's line of the catalogue."""
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        "id": folder.name,
        "kind": "bi-encoder" if config["model_type"] == "bert" else "text-generation",
        "folder": folder.name,
        "bytes": sum(files.values()),
        "files": files,
        "parameters": parameter_count(folder / "onnx" / "model.onnx"),
        "license": LICENSES.get(folder.name, own_license),
        "description": DESCRIPTIONS[folder.name],
        "contextLength": config["max_position_embeddings"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--license", required=True, help="the repository's own licence, for the models made here")
    options = parser.parse_args()
    models = [entry(options.models / name, options.license) for name in DESCRIPTIONS]
    write_json(options.models / "models.json", {"models": models})
    print(f"{sum(model['bytes'] for model in models) / 1e6:.1f} MB in all")


if __name__ == "__main__":
    main()
