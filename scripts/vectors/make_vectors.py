"""Writes the expected values of the metrics and correlations, computed by the originals, to test/fixtures/vectors.

    python3 -m venv /tmp/vectors && /tmp/vectors/bin/pip install -r scripts/vectors/requirements.txt
    /tmp/vectors/bin/python scripts/vectors/make_vectors.py [FOLDER WITH squad/ AND stsbenchmark/]

Without a folder, ../shared/data beside the repository is taken; where it does not exist, the data sets' fixture is left
as it is. Of the data sets only aggregates are stored. Everything is seeded: a second run writes the same bytes.
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
from nltk.stem.porter import PorterStemmer
from scipy import stats

import data_sets
import texts
from originals import all_values

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "fixtures" / "vectors"


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    if isinstance(value, list):
        rows = ",\n".join(json.dumps(row, ensure_ascii=True) for row in value)
        body = f"[\n{rows}\n]\n"
    else:
        body = json.dumps(value, indent=1) + "\n"
    (OUT / name).write_text(body, encoding="ascii", newline="\n")


def text_vectors():
    rng = random.Random(20)
    return [{"text": t, "references": r, **all_values(t, r)} for t, r in texts.pairs(rng, 400)]


def stem_vectors():
    stemmer = PorterStemmer()
    rng = random.Random(21)
    words = {b + s for b in texts.STEM_BASES for s in texts.STEM_SUFFIXES}
    chosen = sorted(rng.sample(sorted(words), 1500)) + texts.STEM_WORDS
    return [[word, stemmer.stem(word)] for word in chosen]


def correlation_vectors():
    rng = np.random.default_rng(22)
    columns = []
    for n in (3, 4, 5, 10, 50, 200):
        x = rng.normal(size=n)
        columns.append((x, rng.normal(size=n)))
        columns.append((x, 0.7 * x + 0.3 * rng.normal(size=n)))
        columns.append((x, -2 * x + 5))
        columns.append((rng.integers(0, 4, n) + np.arange(n) % 2, rng.integers(0, 3, n) + np.arange(n) % 3))
        columns.append((1e6 + x * 1e-3, rng.exponential(size=n)))
        columns.append((1e9 + np.round(x * 10) + np.arange(n), rng.random(n) * 1e-9))
        columns.append((x * 1e-200, x**3 * 1e150))
    rows = []
    for x, y in columns:
        x, y = np.asarray(x, float), np.asarray(y, float)
        rows.append({
            "x": x.tolist(),
            "y": y.tolist(),
            "pearson": float(stats.pearsonr(x, y).statistic),
            "spearman": float(stats.spearmanr(x, y).statistic),
        })
    return rows


def within_vectors():
    rng = np.random.default_rng(23)
    rows = []
    for sizes in ([5, 5], [3, 8, 1], [2, 2], [20, 30, 40], [4, 1, 1, 6]):
        groups = []
        for size in sizes:
            x = rng.normal(size=size) + 10 * rng.normal()
            groups.append((x, 0.5 * x + rng.normal(size=size) + 10 * rng.normal()))
        x = np.concatenate([g - g.mean() for g, _ in groups])
        y = np.concatenate([g - g.mean() for _, g in groups])
        rows.append({
            "groups": [{"x": a.tolist(), "y": b.tolist()} for a, b in groups],
            "pearson": float(stats.pearsonr(x, y).statistic),
        })
    return rows


def main():
    write("texts.json", text_vectors())
    write("stems.json", stem_vectors())
    write("correlations.json", correlation_vectors())
    write("within.json", within_vectors())
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    if data.is_dir():
        write("data-sets.json", {"squad": data_sets.squad(data), "sts": data_sets.sts(data)})
    else:
        print(f"{data} does not exist: data-sets.json is left as it is", file=sys.stderr)


if __name__ == "__main__":
    main()
