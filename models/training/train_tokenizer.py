"""Train the byte-level BPE tokenizer that the three language models share.

It sees training texts with a seam in every name and year, so that merges stop at the seams: any
name, seen or not, becomes its two known halves. The tokenizer that is saved knows nothing of seams.
"""

import argparse
import itertools

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from chat import SPECIAL_TOKENS
from names import mark_seams
from tasks import groups

SEAM = "\u2060"


def training_texts(seed, count):
    """Prompts and answers, each with the leading space that encoding adds."""
    for group in itertools.islice(groups(seed, "train"), count):
        for sample in group[:2]:
            for part in (sample.system, sample.prompt, *sample.references):
                if part:
                    yield mark_seams(" " + part, SEAM)


def train(seed, count, vocabulary):
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SEAM), "removed"), byte_level])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(training_texts(seed, count), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    # Words carry the space before them; the one before an answer is none of the answer.
    tokenizer.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--groups", type=int, default=8000)
    parser.add_argument("--vocabulary", type=int, default=2048)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    tokenizer = train(options.seed, options.groups, options.vocabulary)
    tokenizer.save(options.out)
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
