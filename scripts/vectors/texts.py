"""Text pairs for the metrics' vectors: sentences of our own, and what a model could make of them."""

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "An owl sat on a branch near the old mill.",
    "Marta's brother-in-law bought 3,500 apples (and a pear) for $12.50!",
    "A. the an A! THE",
    "In 1987, the U.S. team won 4-2 against the others.",
    "Running runners ran; the generalization of relational operators was conditionally hopeful.",
    "İstanbul'da ılık bir akşam: DİYARBAKIR ve IĞDIR.",
    "Die Straße heißt GROSSE STRASSE, nicht Grosse Gasse.",
    "ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ έφυγε από την Ιθάκη. ΣΑΣ",
    "東京は日本の首都です。人口は約1400万人。",
    "서울은 대한민국의 수도이다, the capital.",
    "Москва — столица России; the river is a Волга?",
    "cafe\u0301 na\u00efve co\u0308operate re\u0301sume\u0301 a\u0301 the\u0301",
    "😀 the 👩‍👩‍👧 family 🇩🇪 went a 👍🏽 way",
    "Line one\nline two\r\n\tline three\u2028line four\u0085a line five",
    "the\u00a0non\u00a0breaking an\u3000ideographic a\u200bzero\ufeffwidth\u1680ogham",
    "“The” answer isn’t a—the ‘an’ …a… «the» an",
    "x=a_b; y[0] = the->next; // an index ++i && !j",
    "{\"name\": \"the\", \"value\": [1, 2, 3], \"ok\": true}",
    "50% of 1/2 is .25; 1e-9, 0x1F, 3.14159 and 2^10 = 1024",
    "Q: Who? A: Nobody. Q: Why? A: Because, a, an, the.",
    "the the the a a an the",
    "control\x00char\x1cseparators\x1dthe\x1ea\x1fan end\x7f",
    "ﬁne ligatures, Ｆｕｌｌ ｗｉｄｔｈ, ½ cups, Ⅷ kings, x² the²",
    "K is the Kelvin sign; Å the Ångström; ſ a long s",
    "العربية لغة جميلة، the لغة a",
    "हिन्दी में यह वाक्य है। a है the",
    "ไทยไม่มีช่องว่าง the ภาษา",
    "Photosynthesis turns light into sugar inside the chloroplasts of green leaves.",
    "The committee met on Tuesday, argued for hours, and finally agreed to rebuild the bridge over the river.",
    "Her grandmother kept bees behind the bakery and sold honey to travellers in small blue jars.",
    "Prices rose by seven per cent while wages stayed flat, a report from the ministry says.",
    "Flying dying lying skies news innings proceed exceeded succeeding happily enjoyed saying flies dies",
    "Rationalization hesitancies digitizers conformably radically differently vilely analogously",
    "adjustment replacement adoption homologous communism activate angularity effective bowdlerize controlling rolled",
    "a", "the", "", " ", "?!", "I", "42", "An", "ab", "abcdef", "abcdefg", "aaaaaaa", "\n", "’", "é",
]

FILLERS = ["the", "A", "an", "of", "42", "é", "—", "👍", "\u00a0", "\n", "…", "ß", "İ", "Σ", "running", "is", "'s", "_"]


def vary(rng, text):
    """One of the things that a model does to a text."""
    words = text.split(" ")
    choice = rng.randrange(12)
    if choice == 0:
        return text
    if choice == 1:
        return text.upper()
    if choice == 2:
        return text.lower().swapcase()
    if choice == 3:
        return " ".join(w for w in words if rng.random() < 0.7)
    if choice == 4:
        rng.shuffle(words)
        return " ".join(words)
    if choice == 5:
        return " ".join(w if rng.random() < 0.7 else rng.choice(FILLERS) for w in words)
    if choice == 6:
        return text[: rng.randrange(len(text) + 1)]
    if choice == 7:
        return text[rng.randrange(len(text) + 1):]
    if choice == 8:
        return "  ".join([rng.choice(FILLERS), text, rng.choice(FILLERS)])
    if choice == 9:
        return "".join(c for c in text if rng.random() < 0.85)
    if choice == 10:
        return " ".join([text, text])
    return " ".join(words[::-1])


def pairs(rng, count):
    """Yields (text, references); every sentence is a reference at least once, most have one to three references."""
    for i in range(count):
        base = SENTENCES[i % len(SENTENCES)]
        references = [base]
        while len(references) < 3 and rng.random() < 0.35:
            references.append(vary(rng, rng.choice([base, rng.choice(SENTENCES)])))
        text = vary(rng, base) if rng.random() < 0.85 else rng.choice(SENTENCES)
        if rng.random() < 0.3:
            text = vary(rng, text)
        rng.shuffle(references)
        yield text, references
    # Longer than one machine word of the longest common subsequence, on either side or both.
    prose = " ".join(s for s in SENTENCES if s.isascii() and len(s) > 20)
    for n in (29, 30, 31, 59, 60, 61, 150):
        words = prose.split(" ")
        yield " ".join(rng.choice(words) for _ in range(n)), [" ".join(rng.choice(words) for _ in range(n + n // 3))]
        yield " ".join(words[:n]), [" ".join(w for w in words[:n] if rng.random() < 0.6), " ".join(words[n // 2 : n])]


STEM_BASES = """relat condit rat val hesit digit conform radic differ vile analog vietnam predic oper feud decis hope callous
form sens triplic electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend adopt homolog commun activ
angular effect bowdler probat rat ceas control rol hop tann fall hiss fizz fail fil conflat troubl siz plaster bled motor sing
happ sk caress pon t cat agre fe geo theo archaeo philo y yy sy syzyg to by play enjo tr sp fl cr d l kn w x b bu""".split()

STEM_SUFFIXES = """s es ies sses ss ed ied eed ing y ying ation ational tional enci anci izer bli abli alli entli eli ousli
ization ator alism iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er
ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll le lle ally fully 2 9s""".split()

STEM_WORDS = """sky skies dying lying tying news inning innings outing outings canning cannings howe proceed exceed succeed
proceeds exceeding succeeded dies died die flies spied tied ties owed used using axes boxing 1990s 100th b2b yyyy eyeing
generalizations oscillators multidimensional characterization abilities really totally fully skilfully""".split()
