"""How a prompt puts a text and a question into words.

The first wording of each list is the one that a reader of SQuAD or CNN/DailyMail files uses. Some
wordings are held out: training never sees them, the quickstart's files use them.
"""

QUESTION = {
    "train": [
        "Answer the question with a short phrase from the text.\n\nText: {text}\n\nQuestion: {question}",
        "{text}\n\nQuestion: {question}\nAnswer with a short phrase.",
        "Read the text and answer the question with as few words as possible.\n\n{text}\n\n{question}",
        "Context: {text}\n\nQuestion: {question}",
        "Text: {text}\n\nQuestion: {question}\n\nAnswer with a short phrase from the text.",
        "Use the context to answer the question. Reply with a short phrase only.\n\nContext:\n{text}\n\nQuestion:\n{question}",
        "Here is a short text.\n\n{text}\n\nAnswer this question about it with a short phrase: {question}",
        "Question: {question}\n\nText: {text}\n\nAnswer with a short phrase from the text.",
    ],
    "heldout": [
        "Read the context. Reply with a short phrase from it.\n\nContext: {text}\n\nQuestion: {question}",
        "Here is a text.\n\nText: {text}\n\nUse it to answer the question with a short phrase.\n\nQuestion: {question}",
    ],
}

SUMMARY = {
    "train": [
        "Summarise the article in one sentence.\n\nArticle: {text}",
        "Article: {text}\n\nSummarise the article in one sentence.",
        "Write one sentence that says what happened.\n\n{text}",
        "{text}\n\nWhat happened? Answer in one sentence.",
        "Give a one-sentence summary of this article: who did what, and where?\n\n{text}",
        "Here is a short article.\n\n{text}\n\nWrite a summary of one sentence.",
        "Summarise in one sentence:\n{text}",
    ],
    "heldout": [
        "Read the article and give a summary of one sentence.\n\nArticle:\n{text}",
        "Here is an article.\n\n{text}\n\nWrite one sentence: who did what, and where?",
    ],
}

SYSTEM = {
    "train": [
        "You are a helpful assistant.",
        "You answer questions about texts.",
        "Answer briefly.",
        "You are a careful reader. Use only the text.",
    ],
    "heldout": ["You are a careful assistant. Answer briefly."],
}
