"""Write the quickstart's prompt files: held-out samples in the formats that people already have.

Every file has its own wording, some of which training never saw, and every sample has a reference.
The texts are generated; nothing is taken from anywhere.
"""

import argparse
import csv
import json
import random
from pathlib import Path

from articles import make_article
from questions import make_text

LEVEL = 3
SPLIT = "heldout"


class Source:
    """Fresh held-out texts, each used in one file only."""

    def __init__(self, seed):
        self.rng = random.Random(f"examples-{seed}")

    def questions(self, texts, each):
        """`texts` texts with `each` questions, as (text, [(question, references)])."""
        for _ in range(texts):
            text, asked = make_text(self.rng, SPLIT, LEVEL)
            yield text, asked[:each]

    def articles(self, count):
        for _ in range(count):
            yield make_article(self.rng, SPLIT, LEVEL)


def flat(texts):
    """(text, question, references) of every question."""
    return [(text, question, references) for text, asked in texts for question, references in asked]


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")


def write_json_lines(path, rows):
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def quoted(text):
    """A YAML double-quoted scalar; JSON's strings are valid ones."""
    return json.dumps(text, ensure_ascii=False)



def write_squad(path, texts):
    """SQuAD v1.1: one paragraph a text, with every acceptable answer and where it begins."""

    def answers(text, references):
        spans = [reference for reference in references if reference in text]
        return [{"text": span, "answer_start": text.index(span)} for span in spans]

    def paragraph(number, text, asked):
        questions = [
            {"id": f"people-{number}-{index}", "question": question, "answers": answers(text, references)}
            for index, (question, references) in enumerate(asked, 1)
        ]
        return {"context": text, "qas": questions}

    paragraphs = [paragraph(number, *entry) for number, entry in enumerate(texts, 1)]
    content = {"version": "1.1", "data": [{"title": "People", "paragraphs": paragraphs}]}
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_prompt_yml(path, rows):
    """The GitHub Models shape: messages with variables, test data and one check."""
    head = """\
name: Short answers
description: A question about a short text, answered with a phrase from it.
modelParameters:
  maxTokens: 24
  temperature: 0
messages:
  - role: system
    content: You are a careful assistant. Answer briefly.
  - role: user
    content: |-
      Read the context. Reply with a short phrase from it.

      Context: {{context}}

      Question: {{question}}
testData:
"""
    data = "".join(
        f"  - context: {quoted(text)}\n    question: {quoted(question)}\n    expected: {quoted(references[0])}\n"
        for text, question, references in rows
    )
    tail = "evaluators:\n  - name: contains the expected phrase\n    string:\n      contains: '{{expected}}'\n"
    write_text(path, head + data + tail)


def write_csv(path, questions, articles):
    """id, prompt, reference, task; everything quoted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["id", "prompt", "reference", "task"])
        for number, (text, question, references) in enumerate(questions, 1):
            prompt = f"Text: {text}\n\nQuestion: {question}\n\nAnswer with a short phrase from the text."
            writer.writerow([f"mixed-q{number}", prompt, references[0], "qa"])
        for number, (text, references) in enumerate(articles, 1):
            prompt = f"Article: {text}\n\nSummarise the article in one sentence."
            writer.writerow([f"mixed-s{number}", prompt, references[0], "summarisation"])


def write_chat(path, rows):
    """JSONL of chat messages with one or more ideal answers."""
    write_json_lines(
        path,
        [
            {
                "id": f"chat-{number}",
                "messages": [
                    {"role": "system", "content": "You answer questions about texts."},
                    {"role": "user", "content": f"Here is a text.\n\n{text}\n\nAnswer the question with a short phrase: {question}"},
                ],
                "ideal": references,
            }
            for number, (text, question, references) in enumerate(rows, 1)
        ],
    )


def write_news(path, articles):
    """Rows of CNN/DailyMail."""
    rows = [{"id": f"news-{n}", "article": text, "highlights": references[0]} for n, (text, references) in enumerate(articles, 1)]
    write_json_lines(path, rows)


def write_promptfoo(path, articles):
    """A promptfoo suite: the town and the person must be named."""
    head = """\
description: One-sentence summaries of short articles
prompts:
  - |-
    Read the article and give a summary of one sentence.

    Article:
    {{article}}
tests:
"""

    def test(number, text, references):
        summary = references[0]
        town = summary.rstrip(".").rsplit(" in ", 1)[1]
        return (
            f"  - description: article {number}\n    vars:\n      article: {quoted(text)}\n      reference: {quoted(summary)}\n"
            f"    assert:\n      - type: equals\n        value: {quoted(summary)}\n      - type: icontains\n        value: {quoted(town)}\n"
        )

    write_text(path, head + "".join(test(number, *entry) for number, entry in enumerate(articles, 1)))


def write_prompty(path, text, references):
    """A single prompt with its sample input and its reference."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = f"""\
---
name: What happened
description: Who did what, and where, in one sentence.
model:
  api: chat
  parameters:
    max_tokens: 48
    temperature: 0
sample:
  article: {quoted(text)}
  reference: {quoted(references[0])}
---
user:
Here is an article.

{{{{article}}}}

Write one sentence: who did what, and where?
"""
    write_text(path, content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=91)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    source, out = Source(options.seed), options.out
    write_squad(out / "qa" / "people.squad.json", list(source.questions(5, 3)))
    write_prompt_yml(out / "qa" / "short-answers.prompt.yml", flat(source.questions(4, 2)))
    write_chat(out / "qa" / "chat.jsonl", flat(source.questions(4, 2)))
    write_csv(out / "mixed" / "mixed.csv", flat(source.questions(5, 2)), list(source.articles(6)))
    write_news(out / "summaries" / "news.cnn_dailymail.jsonl", list(source.articles(14)))
    write_promptfoo(out / "summaries" / "promptfooconfig.yaml", list(source.articles(11)))
    write_prompty(out / "summaries" / "what-happened.prompty", *next(source.articles(1)))


if __name__ == "__main__":
    main()
