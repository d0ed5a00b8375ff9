"""Aggregates over whole data sets: SQuAD-format questions with made-up predictions, and STS-B.

The predictions are cut from the contexts by rules that test/unit/metrics/data-sets.test.ts repeats; positions count
code points. Hashes are SHA-256 over UTF-8.
"""

import hashlib
import json

from scipy import stats

from originals import all_values

METRICS = ["f1", "exact", "rouge1", "rouge2", "rougeL", "chrf"]


def predictions(answer, start, context, k):
    """What five imaginary models answer to the k-th question."""
    return [
        answer[: (len(answer) + 1) // 2],
        context[max(0, start - 7) : start + len(answer) + 11],
        "The " + answer.upper() + ".",
        context[(37 * k) % len(context) :][:60],
        context[:400],
    ]


def squad(folder):
    data = json.loads((folder / "squad" / "xquad.en.json").read_text(encoding="utf-8"))
    sums = [dict.fromkeys(METRICS, 0.0) for _ in range(5)]
    text_hash, value_hash = hashlib.sha256(), hashlib.sha256()
    k = 0
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for qa in paragraph["qas"]:
                answer, start = qa["answers"][0]["text"], qa["answers"][0]["answer_start"]
                references = [answer, context[max(0, start - 20) : start + len(answer)]]
                for model, text in enumerate(predictions(answer, start, context, k)):
                    values = all_values(text, references, stemmed=False)
                    text_hash.update(text.encode() + b"\n")
                    for metric in METRICS:
                        sums[model][metric] += values[metric]
                        value_hash.update(b"%d\n" % int(values[metric] * 1e6 + 0.5))
                k += 1
    return {
        "questions": k,
        "means": [{metric: total / k for metric, total in model.items()} for model in sums],
        "textsSha256": text_hash.hexdigest(),
        "valuesSha256": value_hash.hexdigest(),
    }


def sts(folder):
    """Correlations of the gold score with each metric of the second sentence against the first."""
    result = {}
    for split in ("dev", "test"):
        text = (folder / "stsbenchmark" / f"stsb-sts-{split}.csv").read_text(encoding="utf-8")
        rows = [line.split("\t") for line in text.split("\n") if line]
        gold = [float(row[4]) for row in rows]
        values = [all_values(row[6], [row[5]], stemmed=False) for row in rows]
        result[split] = {"pairs": len(rows)}
        for metric in ("f1", "rouge1", "rougeL", "chrf"):
            column = [v[metric] for v in values]
            result[split][metric] = {
                "pearson": float(stats.pearsonr(gold, column).statistic),
                "spearman": float(stats.spearmanr(gold, column).statistic),
            }
    return result
