"""Turn groups of samples into fixed rows of tokens for training.

The samples of a group share most of their prompt. A row holds that common beginning once, followed
by one branch a sample (the rest of the prompt and the answer); a branch sees the beginning and
itself, never another branch, and counts its positions from the beginning's end. Training on such
rows equals training on the samples one by one, at a third of the tokens.
"""

import argparse
import random

import numpy as np
from tokenizers import Tokenizer

from chat import EOS, render
from tasks import groups

ROW = 224
TARGETS = 64
CONTEXT_WEIGHT = 0.15


# Share of the training up to which a stage lasts, and the levels that it draws from.
STAGES = [(0.1, [1]), (0.25, [4]), (0.4, [4, 5, 5]), (0.55, [2, 2, 5]), (1.0, [3, 3, 3, 5])]


def level_at(done):
    """The levels to draw from after a share of the training: from one person to the full texts."""
    return next(levels for until, levels in STAGES if done < until)


def encode_group(tokenizer, group):
    """Common beginning and branches; a branch is (prompt's rest, answer with the end token)."""
    prompts = [encoding.ids for encoding in tokenizer.encode_batch([render(sample) for sample in group])]
    answers = [encoding.ids for encoding in tokenizer.encode_batch([sample.references[0] + EOS for sample in group])]
    shared = min(map(len, prompts)) - 1
    for column in range(shared):
        if any(prompt[column] != prompts[0][column] for prompt in prompts):
            shared = column
            break
    return prompts[0][:shared], [(prompt[shared:], answer) for prompt, answer in zip(prompts, answers)]


def lay_out(beginning, branches):
    """Columns of one group: tokens, positions, branch numbers, next tokens and answer flags."""
    tokens, positions, numbers = list(beginning), list(range(len(beginning))), [0] * len(beginning)
    following = list(beginning[1:]) + [branches[0][0][0] if len(branches) == 1 else -1]
    answering = [0] * len(beginning)
    for number, (rest, answer) in enumerate(branches, 1):
        whole = rest + answer
        tokens += whole[:-1]
        following += whole[1:]
        positions += range(len(beginning), len(beginning) + len(whole) - 1)
        numbers += [number] * (len(whole) - 1)
        answering += [0] * (len(rest) - 1) + [1] * len(answer)
    return np.array([tokens, positions, numbers, following, answering], np.int32)


class Packer:
    """Fills rows with groups, first fit among a few open rows."""

    OPEN = 24

    def __init__(self):
        self.open, self.rows = [], []

    def add(self, columns):
        width = columns.shape[1]
        if width > ROW:
            return False
        for row in self.open:
            if row["used"] + width <= ROW:
                break
        else:
            row = {"used": 0, "groups": []}
            self.open.append(row)
            if len(self.open) > self.OPEN:
                fullest = max(range(len(self.open)), key=lambda index: self.open[index]["used"])
                self.rows.append(self.open.pop(fullest)["groups"])
        row["used"] += width
        row["groups"].append(columns)
        return True

    def close(self):
        self.rows += [row["groups"] for row in self.open if row["groups"]]
        return self.rows


def choose_targets(rng, following, answering):
    """Positions to predict: every answer token, then random others with a small weight."""
    wanted = np.flatnonzero(answering)[:TARGETS]
    rest = np.flatnonzero((answering == 0) & (following >= 0))
    rest = rng.permutation(rest)[: TARGETS - len(wanted)]
    at = np.concatenate([wanted, rest])
    weights = np.concatenate([np.ones(len(wanted)), np.full(len(rest), CONTEXT_WEIGHT)])
    fill = TARGETS - len(at)
    return np.pad(at, (0, fill)), np.pad(weights, (0, fill))


def finish(rng, row):
    """Arrays of one row; document numbers separate the groups that share it."""
    columns = np.concatenate(row, 1)
    documents = np.repeat(np.arange(1, len(row) + 1), [group.shape[1] for group in row])
    tokens, positions, branches, following, answering = columns
    at, weights = choose_targets(rng, following, answering)
    fill = (0, ROW - columns.shape[1])
    fields = (tokens, positions, documents, branches)
    return [np.pad(field, fill).astype(np.int16) for field in fields] + [
        at.astype(np.int16),
        np.maximum(following[at], 0).astype(np.int16),
        weights.astype(np.float32),
    ]


def pack(tokenizer, seed, samples, question_share):
    """Rows in curriculum order until `samples` samples are used."""
    level_rng, used = random.Random(seed), 0
    stream = groups(seed, "train", level=lambda _: level_rng.choice(level_at(used / samples)), question_share=question_share)
    packer = Packer()
    for group in stream:
        if packer.add(lay_out(*encode_group(tokenizer, group))):
            used += len(group)
        if used >= samples:
            break
    rng = np.random.default_rng(seed)
    return used, [np.stack(field) for field in zip(*(finish(rng, row) for row in packer.close()))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("--question-share", type=float, default=0.7, help="share of texts with questions; the rest are articles")
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(options.tokenizer)
    used, fields = pack(tokenizer, options.seed, options.samples, options.question_share)
    names = "tokens positions documents branches at targets weights".split()
    np.savez(options.out, samples=used, vocabulary=tokenizer.get_vocab_size(), **dict(zip(names, fields)))
    filled = (fields[2] > 0).mean()
    print(f"{used} samples, {len(fields[0])} rows of {ROW}, {filled:.1%} filled, {(fields[2] > 0).sum() / used:.1f} tokens a sample")


if __name__ == "__main__":
    main()
