"""Sentences for the training of the bundled bi-encoder, with the teacher's vectors.

WordNet's glosses and examples are short, varied English; STS-B's training and development
sentences are of the kind that the encoder is measured on. STS-B's test part is never read here.
"""

import argparse
import random
import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sts_encoder import MAX_TOKENS, embed_all, load_encoder

TEACHER_LAYERS = range(6)


def wordnet_sentences(folder):
    """Definitions and example phrases of 3 to 30 words, sorted so that a seed fixes any sample."""
    found = set()
    for part in ("noun", "verb", "adj", "adv"):
        for line in Path(folder, f"data.{part}").read_text(encoding="latin1").splitlines():
            if line.startswith("  ") or "|" not in line:
                continue
            for phrase in re.split(r";\s*", line.split("|", 1)[1]):
                phrase = phrase.strip().strip('"').strip()
                if 3 <= len(phrase.split()) <= 30:
                    found.add(phrase)
    return sorted(found)


def sts_rows(folder, part):
    """Rows (score 0-5, sentence, sentence) of one part of STS-B."""
    text = Path(folder, f"stsb-sts-{part}.csv").read_text(encoding="utf8")
    cells = (line.split("\t") for line in text.splitlines())
    return [(float(row[4]), row[5], row[6]) for row in cells]


def load_tokenizer(path):
    """The published tokenizer without its padding to a fixed length."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def encode(tokenizer, sentences):
    return [np.array(encoding.ids, np.int32) for encoding in tokenizer.encode_batch(sentences)]


def ragged(name, rows):
    """Two arrays that a .npz file can hold for rows of different lengths."""
    return {name + "ids": np.concatenate(rows), name + "lengths": np.array([len(row) for row in rows], np.int32)}


def labelled(tokenizer, rows, part):
    """Token rows (a, b, a, b, ...) and scores of labelled pairs."""
    encoded = encode(tokenizer, [text for row in rows for text in row[1:]])
    return {part + "_scores": np.array([row[0] for row in rows], np.float32), **ragged(part + "_", encoded)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True, help="folder of all-MiniLM-L6-v2 (model.safetensors, tokenizer.json)")
    parser.add_argument("--wordnet", default="/usr/share/wordnet")
    parser.add_argument("--sts", required=True, help="folder of stsb-sts-{train,dev,test}.csv")
    parser.add_argument("--count", type=int, default=60000, help="WordNet sentences to keep")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    glosses = wordnet_sentences(options.wordnet)
    random.Random(options.seed).shuffle(glosses)
    pairs = {part: sts_rows(options.sts, part) for part in ("train", "dev")}
    sts = sorted({text for rows in pairs.values() for row in rows for text in row[1:]})
    sentences = glosses[: options.count] + sts
    tokenizer = load_tokenizer(options.teacher / "tokenizer.json")
    rows = encode(tokenizer, sentences)
    teacher = load_encoder(options.teacher / "model.safetensors", TEACHER_LAYERS)
    arrays = ragged("", rows)
    arrays.update(labelled(tokenizer, pairs["dev"], "dev"))
    np.savez(options.out, vectors=embed_all(teacher, rows).astype(np.float16), sts_sentences=len(sts), **arrays)
    print(f"{len(sentences)} sentences, {len(sts)} of them from STS-B")


if __name__ == "__main__":
    main()
