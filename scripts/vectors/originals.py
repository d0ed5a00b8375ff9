"""The metrics by their originals: rouge_score, sacrebleu, scipy; SQuAD's evaluation by its published algorithm."""

import re
import string
from collections import Counter

from rouge_score import rouge_scorer
from sacrebleu.metrics import CHRF

ROUGE_KINDS = ["rouge1", "rouge2", "rougeL"]
PLAIN = rouge_scorer.RougeScorer(ROUGE_KINDS, use_stemmer=False)
STEMMED = rouge_scorer.RougeScorer(ROUGE_KINDS, use_stemmer=True)
CHRF_DEFAULT = CHRF()


def squad_words(text):
    """Lower case, no ASCII punctuation, no articles, split at white space: evaluate-v1.1's normalisation."""
    lowered = text.lower()
    bare = "".join(c for c in lowered if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def squad_f1(text, reference):
    words, wanted = squad_words(text), squad_words(reference)
    common = sum((Counter(words) & Counter(wanted)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(words), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def squad_exact(text, reference):
    return float(squad_words(text) == squad_words(reference))


def all_values(text, references, stemmed=True):
    """Every metric of one text, the best over its references, in [0, 1]."""
    values = {
        "f1": max(squad_f1(text, r) for r in references),
        "exact": max(squad_exact(text, r) for r in references),
        "chrf": CHRF_DEFAULT.sentence_score(text, references).score / 100,
    }
    plain = PLAIN.score_multi(references, text)
    values.update({kind: float(plain[kind].fmeasure) for kind in ROUGE_KINDS})
    if stemmed:
        stems = STEMMED.score_multi(references, text)
        values.update({kind + "Stemmed": float(stems[kind].fmeasure) for kind in ROUGE_KINDS})
    return values
