"""The seeded generator of the two tasks that the bundled language models are trained and measured on.

`question`: answer a question with a short span of a text. `summary`: say in one sentence what a short
article reports. `split="heldout"` uses names, places, things, sentence forms, question forms and
prompt wordings that `split="train"` never produces; only the readers' own wordings are in both.

    python tasks.py --split heldout --count 5
    python tasks.py --split heldout --seed 71 --evaluation 200 > heldout.jsonl
"""

import argparse
import json
import random
from dataclasses import asdict, dataclass

from articles import make_article
from questions import make_text
from wordings import QUESTION, SUMMARY, SYSTEM

QUESTIONS_PER_TEXT = 5
READER_SHARE = {"train": 0.3, "heldout": 0.5}


@dataclass(frozen=True)
class Sample:
    """One prompt with its references; `text` and `question` are its parts, `group` its text."""

    task: str
    group: str
    text: str
    question: str
    system: str
    prompt: str
    references: tuple


def _system(rng, split):
    return rng.choice(SYSTEM[split]) if rng.random() < 0.25 else ""


def _wording(rng, table, split):
    """The readers' own wording with a fixed share, else any of the split's list."""
    return table["train"][0] if rng.random() < READER_SHARE[split] else rng.choice(table[split])


def question_group(rng, split, level, group):
    """Samples about one text; a wording with the question first gets a single question."""
    text, asked = make_text(rng, split, level)
    wording = _wording(rng, QUESTION, split)
    limit = QUESTIONS_PER_TEXT if wording.index("{text}") < wording.index("{question}") else 1
    system = _system(rng, split)
    return [
        Sample("question", group, text, question, system, wording.format(text=text, question=question), tuple(references))
        for question, references in asked[:limit]
    ]


def summary_group(rng, split, level, group):
    """The single sample of one article."""
    text, references = make_article(rng, split, level)
    wording = _wording(rng, SUMMARY, split)
    return [Sample("summary", group, text, "", _system(rng, split), wording.format(text=text), tuple(references))]


def groups(seed, split, level=None, question_share=0.5):
    """Endless groups of samples that share a text; `level` is a number or a function of the index."""
    rng = random.Random(f"{split}-{seed}")
    index = 0
    while True:
        chosen = level(index) if callable(level) else level or rng.choice([2, 3])
        make = question_group if rng.random() < question_share else summary_group
        yield make(rng, split, chosen, f"{split}-{seed}-{index}")
        index += 1


def heldout_samples(seed, per_task, split="heldout"):
    """`per_task` samples of each task at the hardest level, two questions a text."""
    found = {"question": [], "summary": []}
    for group in groups(seed, split, level=3):
        kept = found[group[0].task]
        kept.extend(group[: min(2, per_task - len(kept))])
        if all(len(samples) == per_task for samples in found.values()):
            return found["question"] + found["summary"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=["train", "heldout"], default="train")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", type=int, choices=[1, 2, 3, 4, 5])
    parser.add_argument("--count", type=int, default=3, help="groups to print")
    parser.add_argument("--evaluation", type=int, metavar="N", help="print the evaluation set instead: N samples of each task")
    options = parser.parse_args()
    if options.evaluation:
        for sample in heldout_samples(options.seed, options.evaluation, options.split):
            print(json.dumps(asdict(sample), ensure_ascii=False))
        return
    for _, group in zip(range(options.count), groups(options.seed, options.split, options.level)):
        for sample in group:
            print(json.dumps(asdict(sample), ensure_ascii=False))


if __name__ == "__main__":
    main()
