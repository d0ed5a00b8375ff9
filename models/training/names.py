"""People, towns, pets and things for the generated texts, each made of known parts.

A name is a beginning and an ending ("Ash" + "combe"). Which pairs belong to training and which are
held out is fixed by a checksum of the name, so a held-out name never occurs in training although
both of its halves do: a model can only get it right by copying it from the text.
"""

import re
import zlib
from dataclasses import dataclass

HELDOUT_SHARE = 6

GIVEN_STARTS = "Al Bel Cor Dar El Fen Gar Hal Jor Kel Lor Mar Nor Os Per Ros Sel Tam Ver Wil Bran Ced Ren Tor".split()
MALE_ENDS = "ric win mund vin den bert gar rick lan ian".split()
FEMALE_ENDS = "ina etta wen lia dora isa anne ena mira ova".split()
FAMILY_STARTS = (
    "Ash Black Bram Cald Dun East Fair Gold Hart Hazel King Lang Mere North Oak Pem Quill Red Stan Thorn Under Wake West White"
).split()
FAMILY_ENDS = "combe croft field grove hurst ley more ridge well wick wood worth stone brook".split()
TOWN_STARTS = (
    "Ald Birch Clay Dray Elm Fox Glen High Ivy Kirk Lark Moss Nether Otter Pine Raven Salt Swan Tern Wind Yar Zeal Copper Stoke"
).split()
TOWN_ENDS = "bury by dale ham haven mouth minster port stead thorpe ville bridge gate".split()
PET_STARTS = "Bun Dot Fid Jig Mop Nib Pip Rum Tif Wag".split()
PET_ENDS = "by dle kin let ple sy tail foot".split()

ADJECTIVES = (
    "old small blue red green silver golden wooden broken heavy tiny rusty painted round stolen rare narrow tall yellow dusty"
).split()
NOUNS = (
    "lantern telescope clock drum compass kite ladder mirror harp globe canoe basket bicycle camera candle carpet coat diary "
    "flute guitar hammer helmet kettle letter map medal necklace oven painting piano pistol quilt ring rope saddle statue "
    "suitcase sword table teapot trumpet vase violin wagon whistle atlas anchor bell book chair"
).split()


@dataclass(frozen=True)
class Person:
    """A person of a text; `pronoun` follows from the given name's ending."""

    given: str
    family: str
    pronoun: str

    @property
    def full(self):
        return f"{self.given} {self.family}"


def belongs(word, split):
    """Whether a combination of parts is of the split: about one in six is held out."""
    heldout = zlib.crc32(word.encode()) % HELDOUT_SHARE == 0
    return heldout == (split == "heldout")


def combine(rng, split, starts, ends, glue=""):
    """A random combination of the split's share."""
    while True:
        word = rng.choice(starts) + glue + rng.choice(ends)
        if belongs(word, split):
            return word


class Cast:
    """Draws the people, towns and things of one text, never the same one twice."""

    def __init__(self, rng, split):
        self.rng = rng
        self.split = split
        self.used = set()

    def _fresh(self, draw):
        while True:
            value = draw()
            words = value.split()
            if not self.used.intersection(words):
                self.used.update(words)
                return value

    def _combine(self, *parts, glue=""):
        return self._fresh(lambda: combine(self.rng, self.split, *parts, glue=glue))

    def person(self):
        male = self.rng.random() < 0.5
        given = self._combine(GIVEN_STARTS, MALE_ENDS if male else FEMALE_ENDS)
        return Person(given, self._combine(FAMILY_STARTS, FAMILY_ENDS), "he" if male else "she")

    def town(self):
        return self._combine(TOWN_STARTS, TOWN_ENDS)

    def pet(self):
        return self._combine(PET_STARTS, PET_ENDS)

    def thing(self):
        """Adjective and noun without an article; the pair is split as the names are."""
        return self._combine(ADJECTIVES, NOUNS, glue=" ")

    def pick(self, choices):
        return self._fresh(lambda: self.rng.choice(choices))

    def phrase(self, choices):
        """Like `pick`, but only the whole phrase counts as used, not its words."""
        value = self.rng.choice([phrase for phrase in choices if phrase not in self.used])
        self.used.add(value)
        return value

    def number(self, low=11, high=96):
        return self._fresh(lambda: str(self.rng.randint(low, high)))

    def year(self):
        """A year of which anybody in the texts may speak."""
        return self.number(1990, 2019)

    def birth_year(self):
        return self.number(1930, 1969)


def article(noun):
    """"a" or "an" before a noun phrase."""
    return ("an " if noun[0].lower() in "aeiou" else "a ") + noun


def _alternatives(parts):
    return "|".join(sorted(parts, key=len, reverse=True))


_SEAMS = [
    re.compile(rf"\b({_alternatives(starts)})({_alternatives(ends)})\b")
    for starts, ends in (
        (GIVEN_STARTS, MALE_ENDS + FEMALE_ENDS),
        (FAMILY_STARTS, FAMILY_ENDS),
        (TOWN_STARTS, TOWN_ENDS),
        (PET_STARTS, PET_ENDS),
        (["19", "20"], [r"\d\d"]),
    )
]


def mark_seams(text, mark):
    """The text with a mark between the halves of every name and year, for the tokenizer's training."""
    for seam in _SEAMS:
        text = seam.sub(rf"\1{mark}\2", text)
    return text
