"""Short texts about several people, with questions whose answers are short spans of the text.

Every kind of fact has sentence forms and questions for training and others that are held out.
A text repeats kinds of facts with different people, so a question cannot be answered without
finding the right sentence.
"""

from dataclasses import dataclass, field

from names import Cast, article

JOBS = (
    "baker botanist carpenter chemist cook dentist doctor driver engineer farmer fisher gardener guard judge lawyer librarian "
    "miner nurse painter pilot plumber poet potter sailor singer tailor teacher waiter weaver writer"
).split()
ANIMALS = "cat dog goat horse parrot pony rabbit tortoise donkey duck goose hen".split()
INSTRUMENTS = "banjo cello clarinet cornet fiddle lute oboe organ tuba viola".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SPOTS = [
    f"{preposition} the {place}"
    for preposition, places in {
        "in": "barn attic cellar garden kitchen chapel forest harbour",
        "under": "bridge stairs bed bench",
        "behind": "mill church school stable",
        "near": "station river tower pond",
    }.items()
    for place in places.split()
]


@dataclass(frozen=True)
class Kind:
    """One kind of fact: what it needs, how sentences say it, and how questions ask for it.

    `{S}` is the subject as the text names it, `{s}` the subject in a question. A question comes
    with the slot that answers it.
    """

    slots: tuple
    forms: dict
    asks: dict


def _kind(slots, train, heldout, asks, heldout_asks):
    return Kind(tuple(slots.split()), {"train": train, "heldout": heldout}, {"train": asks, "heldout": heldout_asks})


KINDS = {
    "home": _kind(
        "job town",
        [
            "{S} is {a_job} and lives in {town}.",
            "{S} works as {a_job} in {town}.",
            "{S} lives in {town} and works as {a_job}.",
            "{S} has been {a_job} in {town} for years.",
        ],
        ["{S}, {a_job}, has lived in {town} for years.", "{S} lives in {town}, where {they} works as {a_job}."],
        [
            ("Where does {s} live?", "town"),
            ("In which town does {s} live?", "town"),
            ("What is {s}'s job?", "job"),
            ("What does {s} do for a living?", "job"),
            ("Who lives in {town}?", "who"),
            ("Who works as {a_job}?", "who"),
            ("Which town is {s}'s home?", "town"),
            ("What kind of work does {s} have?", "job"),
            ("Whose home is {town}?", "who"),
            ("Who has been {a_job}?", "who"),
        ],
        [("Which town does {s} live in?", "town"), ("What work does {s} do?", "job"), ("Who is {a_job}?", "who")],
    ),
    "born": _kind(
        "town birth",
        [
            "{S} was born in {town} in {birth}.",
            "{S} was born in {birth} in {town}.",
            "In {birth} {S} was born in {town}.",
            "{S}, born in {birth}, comes from {town}.",
        ],
        ["{S} was born in {birth} and comes from {town}.", "{S} comes from {town} and was born in {birth}."],
        [
            ("Where was {s} born?", "town"),
            ("When was {s} born?", "birth"),
            ("In which year was {s} born?", "birth"),
            ("Who was born in {town}?", "who"),
            ("Which town does {s} come from?", "town"),
            ("Which town was {s} born in?", "town"),
            ("What is {s}'s year of birth?", "birth"),
            ("What year was it when {s} was born?", "birth"),
            ("Who comes from {town}?", "who"),
            ("Who was born in the year {birth}?", "who"),
        ],
        [("In which town was {s} born?", "town"), ("Who was born in {birth}?", "who"), ("What year was {s} born in?", "birth")],
    ),
    "found": _kind(
        "thing spot",
        [
            "{S} found {a_thing} {spot}.",
            "Last week {S} found {a_thing} {spot}.",
            "It was {S} who found {a_thing} {spot}.",
            "One morning {S} looked {spot} and found {a_thing}.",
        ],
        ["One morning {S} found {a_thing} {spot}.", "Last week it was {S} who found {a_thing} {spot}."],
        [
            ("What did {s} find {spot}?", "thing"),
            ("What did {s} find?", "thing"),
            ("Where did {s} find {the_thing}?", "spot"),
            ("Who found {the_thing}?", "who"),
            ("Who found {a_thing} {spot}?", "who"),
            ("Which thing did {s} find?", "thing"),
            ("Who was it that found {the_thing}?", "who"),
            ("Where was {a_thing} found?", "spot"),
            ("What was found {spot}?", "thing"),
            ("Who looked {spot}?", "who"),
        ],
        [("Who found something {spot}?", "who"), ("What was found by {s}?", "thing"), ("Where was {the_thing} found?", "spot")],
    ),
    "bought": _kind(
        "thing number town",
        [
            "{S} bought {a_thing} for {number} pounds in {town}.",
            "{S} paid {number} pounds for {a_thing} in {town}.",
            "In {town} {S} bought {a_thing} for {number} pounds.",
            "At the market in {town}, {S} paid {number} pounds for {a_thing}.",
        ],
        ["For {number} pounds {S} bought {a_thing} in {town}.", "At the market in {town}, {S} bought {a_thing} for {number} pounds."],
        [
            ("What did {s} buy?", "thing"),
            ("What did {s} buy in {town}?", "thing"),
            ("How much did {s} pay for {the_thing}?", "pounds"),
            ("Where did {s} buy {the_thing}?", "town"),
            ("Who bought {the_thing}?", "who"),
            ("What was bought by {s}?", "thing"),
            ("How many pounds did {the_thing} cost?", "pounds"),
            ("How many pounds did {s} have to pay for {the_thing}?", "pounds"),
            ("What did {s} pay {number} pounds for?", "thing"),
            ("Who paid {number} pounds?", "who"),
            ("Who bought something in {town}?", "who"),
        ],
        [("How many pounds did {s} pay?", "pounds"), ("What did {s} pay for in {town}?", "thing"), ("Who bought {a_thing} in {town}?", "who")],
    ),
    "gave": _kind(
        "thing other",
        [
            "{S} gave {a_thing} to {O}.",
            "{S} gave {O} {a_thing}.",
            "One day {S} gave {a_thing} to {O} as a present.",
            "As a present, {S} gave {O} {a_thing}.",
        ],
        ["As a present, {S} gave {a_thing} to {O}.", "One day {S} gave {O} {a_thing}."],
        [
            ("What did {s} give to {o}?", "thing"),
            ("Who gave {o} {the_thing}?", "who"),
            ("Who gave {a_thing} to {o}?", "who"),
            ("Who was given {the_thing}?", "other"),
            ("Who got {the_thing} from {s}?", "other"),
            ("Who did {s} give {the_thing} to?", "other"),
            ("What was given to {o} by {s}?", "thing"),
            ("What did {o} get?", "thing"),
            ("Whose present to {o} was {the_thing}?", "who"),
            ("Who gave away {a_thing}?", "who"),
        ],
        [("To whom did {s} give {the_thing}?", "other"), ("What did {o} get from {s}?", "thing"), ("Who gave away {the_thing}?", "who")],
    ),
    "moved": _kind(
        "town town2 year",
        [
            "In {year} {S} moved from {town2} to {town}.",
            "{S} moved from {town2} to {town} in {year}.",
            "{S} left {town2} in {year} and moved to {town}.",
            "In {year} {S} left {town2} for {town}.",
        ],
        ["{S} left {town2} for {town} in {year}.", "In {year} {S} left {town2} and moved to {town}."],
        [
            ("Where did {s} move to in {year}?", "town"),
            ("Which town did {s} leave in {year}?", "town2"),
            ("Where did {s} move from?", "town2"),
            ("When did {s} move to {town}?", "year"),
            ("Who moved to {town}?", "who"),
            ("When did {s} move?", "year"),
            ("When did {s} leave?", "year"),
            ("What year did {s} move to {town} in?", "year"),
            ("Who went from {town2} to {town}?", "who"),
            ("Which town did {s} go to in {year}?", "town"),
            ("Who moved away from {town2}?", "who"),
        ],
        [("When did {s} leave {town2}?", "year"), ("Who left {town2}?", "who"), ("Which town did {s} move to?", "town")],
    ),
    "keeps": _kind(
        "animal pet",
        [
            "{S} has {a_animal} called {pet}.",
            "{S} keeps {a_animal} whose name is {pet}.",
            "{S} owns {a_animal} named {pet}.",
            "{S} never goes out without {pet}, {a_animal}.",
        ],
        ["{S} owns {a_animal} called {pet}.", "{S} has {a_animal} whose name is {pet}."],
        [
            ("What is the name of {s}'s {animal}?", "pet"),
            ("What kind of animal is {pet}?", "animal"),
            ("Who owns {pet}?", "who"),
            ("Who has {a_animal}?", "who"),
            ("What is {s}'s {animal} called?", "pet"),
            ("What is the name of the {animal}?", "pet"),
            ("Who is {pet}'s owner?", "who"),
            ("Who keeps the {animal}?", "who"),
            ("Which animal does {s} have?", "animal"),
            ("What animal is {pet}?", "animal"),
        ],
        [("What is the {animal} called?", "pet"), ("Who keeps {a_animal}?", "who"), ("What animal does {s} have?", "animal")],
    ),
    "visited": _kind(
        "other town month",
        [
            "In {month} {S} visited {O} in {town}.",
            "{S} visited {O} in {town} in {month}.",
            "In {month} {S} went to {town} to see {O}.",
            "{S} travelled to {town} in {month} to meet {O}.",
        ],
        ["In {month} {S} travelled to {town} to meet {O}.", "{S} went to {town} in {month} to see {O}."],
        [
            ("Who visited {o} in {town}?", "who"),
            ("Where did {s} see {o}?", "town"),
            ("In which month did {s} go to {town}?", "month"),
            ("When did {s} visit {o}?", "month"),
            ("Who did {s} visit in {town}?", "other"),
            ("Who went to {town}?", "who"),
            ("Who went to see {o} in {month}?", "who"),
            ("When did {s} see {o} in {town}?", "month"),
            ("Where did {s} go to meet {o}?", "town"),
            ("Who did {s} see in {month}?", "other"),
        ],
        [("Who went to {town} in {month}?", "who"), ("Where did {s} visit {o}?", "town"), ("Who did {s} go to see?", "other")],
    ),
    "repaired": _kind(
        "thing number",
        [
            "{S} spent {number} days repairing {a_thing}.",
            "{S} worked {number} days on {a_thing} until it was repaired.",
            "{S} needed {number} days to repair {a_thing}.",
            "After {number} days of work, {S} had repaired {a_thing}.",
        ],
        ["After {number} days {S} had repaired {a_thing}.", "{S} worked for {number} days to repair {a_thing}."],
        [
            ("What did {s} repair?", "thing"),
            ("How long did {s} need to repair {the_thing}?", "days"),
            ("How many days did {s} spend on {the_thing}?", "days"),
            ("Who repaired {the_thing}?", "who"),
            ("How long did {s} work on {the_thing}?", "days"),
            ("How long did it take to repair {the_thing}?", "days"),
            ("How many days did it take {s}?", "days"),
            ("What was repaired by {s}?", "thing"),
            ("Who had to repair {the_thing}?", "who"),
            ("Who worked for {number} days?", "who"),
        ],
        [("How long did it take {s} to repair {the_thing}?", "days"), ("Who had {a_thing} to repair?", "who")],
    ),
    "plays": _kind(
        "instrument day",
        [
            "{S} plays the {instrument} every {day}.",
            "Every {day} {S} plays the {instrument}.",
            "On {day} evenings {S} plays the {instrument}.",
            "{S} has a lesson on the {instrument} every {day}.",
        ],
        ["Every {day} {S} has a lesson on the {instrument}.", "{S} plays the {instrument} on {day} evenings."],
        [
            ("Which instrument does {s} play?", "instrument"),
            ("What does {s} play every {day}?", "instrument"),
            ("On which day does {s} play the {instrument}?", "day"),
            ("Who plays the {instrument}?", "who"),
            ("What does {s} play?", "instrument"),
            ("What instrument is played every {day}?", "instrument"),
            ("When does {s} play?", "day"),
            ("Who plays on {day} evenings?", "who"),
            ("Who plays something every {day}?", "who"),
        ],
        [("Who plays music every {day}?", "who"), ("When does {s} play the {instrument}?", "day"), ("What instrument does {s} play?", "instrument")],
    ),
}

SAME_KIND = (4, 5)

FILLERS = {
    "train": [
        "They have known each other for a long time.",
        "It was a quiet year.",
        "Nobody was surprised.",
        "The weather was cold and wet.",
        "The neighbours still talk about it.",
        "It made everybody happy.",
    ],
    "heldout": ["The neighbours were happy.", "Nobody talks about it.", "It was a cold and quiet year."],
}

_DRAW = {
    "job": lambda cast: cast.pick(JOBS),
    "animal": lambda cast: cast.pick(ANIMALS),
    "instrument": lambda cast: cast.pick(INSTRUMENTS),
    "day": lambda cast: cast.pick(DAYS),
    "month": lambda cast: cast.pick(MONTHS),
    "spot": lambda cast: cast.phrase(SPOTS),
    "thing": Cast.thing,
    "town": Cast.town,
    "town2": Cast.town,
    "year": Cast.year,
    "birth": Cast.birth_year,
    "number": Cast.number,
    "pet": Cast.pet,
}


@dataclass
class Fact:
    """A fact of one text: its subject, perhaps another person, and the slots' values."""

    kind: Kind
    subject: object
    other: object
    values: dict
    said: str = field(default="")

    def sentence(self, rng, split, named, other_named):
        self.said = named
        words = {**self._words(), "S": named, "O": other_named, "they": self.subject.pronoun}
        text = rng.choice(self.kind.forms[split]).format(**words)
        return text[0].upper() + text[1:]

    def _words(self):
        words = dict(self.values)
        for slot in ("job", "thing", "animal"):
            if slot in words:
                words[f"a_{slot}"] = article(words[slot])
        if "thing" in words:
            words["the_thing"] = "the " + words["thing"]
        return words

    def references(self, slot):
        """Acceptable answers, the text's own span first."""
        if slot == "who":
            person, said = self.subject, self.said
        elif slot == "other":
            person, said = self.other, self.other.full
        elif slot == "thing":
            return [article(self.values["thing"]), "the " + self.values["thing"], self.values["thing"]]
        elif slot == "job":
            return [article(self.values["job"]), self.values["job"]]
        elif slot == "animal":
            return [article(self.values["animal"]), self.values["animal"]]
        elif slot in ("pounds", "days"):
            return [f"{self.values['number']} {slot}", self.values["number"]]
        elif slot == "spot":
            return [self.values["spot"], self.values["spot"].split(" ", 1)[1]]
        else:
            return [self.values[slot]]
        first = said if said == person.family else person.full
        return [first] + [name for name in (person.full, person.family) if name != first]

    def questions(self, rng, split):
        """Every question of the split about this fact, in random order."""
        people = {"s": self.subject, "o": self.other}
        for template, slot in rng.sample(self.kind.asks[split], len(self.kind.asks[split])):
            names = {key: rng.choice([who.full, who.family]) for key, who in people.items() if who}
            yield template.format(**self._words(), **names), self.references(slot)


def _fact(rng, cast, name, person, others):
    kind = KINDS[name]
    values = {slot: _DRAW[slot](cast) for slot in kind.slots if slot != "other"}
    return Fact(kind, person, rng.choice(others) if "other" in kind.slots else None, values)


def _same_facts(rng, cast, people):
    """One fact of the same kind for each person: only the name tells the answers apart."""
    name = rng.choice(sorted(KINDS))
    return [_fact(rng, cast, name, person, [one for one in people if one is not person]) for person in people]


def _draw_facts(rng, cast, people, count):
    """`count` facts over the people; no person has two of a kind, most kinds occur twice."""
    kinds = rng.sample(sorted(KINDS), max(1, (count + 1) // 2))
    facts = []
    taken = set()
    while len(facts) < count:
        name, person = rng.choice(kinds), rng.choice(people)
        if (name, person) in taken:
            kinds.append(rng.choice(sorted(KINDS)))
            continue
        others = [one for one in people if one is not person]
        if "other" in KINDS[name].slots and not others:
            kinds = [one for one in sorted(KINDS) if "other" not in KINDS[one].slots]
            continue
        taken.add((name, person))
        facts.append(_fact(rng, cast, name, person, others))
    return facts


def _name(rng, person, known, previous):
    """How a sentence names its subject: in full first, then by family name or a pronoun."""
    if person not in known:
        return person.full
    if person is previous and rng.random() < 0.6:
        return person.pronoun
    return person.family if rng.random() < 0.6 else person.full


def make_text(rng, split, level):
    """A text and its questions: level 1 has one person, level 2 two, level 3 two or three.

    Levels 4 and 5 are exercises in telling people apart: two or three with the same kind of fact.
    """
    cast = Cast(rng, split)
    people = [cast.person() for _ in range(rng.choice({1: [1], 2: [2], 3: [2, 3], 4: [2], 5: [3]}[level]))]
    if level in SAME_KIND:
        facts = _same_facts(rng, cast, people)
    else:
        facts = _draw_facts(rng, cast, people, {1: 2, 2: 3, 3: rng.choice([4, 5])}[level])
    if rng.random() < 0.5:
        facts.sort(key=lambda fact: people.index(fact.subject))
    known, previous, sentences = set(), None, []
    for fact in facts:
        named = _name(rng, fact.subject, known, previous)
        other = (fact.other.family if fact.other in known else fact.other.full) if fact.other else ""
        sentences.append(fact.sentence(rng, split, named, other))
        known.update(one for one in (fact.subject, fact.other) if one)
        previous = fact.subject
    if level in (2, 3) and rng.random() < 0.4:
        sentences.insert(rng.randint(1, len(sentences)), rng.choice(FILLERS[split]))
    asked = [next(fact.questions(rng, split)) for fact in facts]
    extra = [question for fact in facts for question in fact.questions(rng, split)]
    rng.shuffle(extra)
    unique = dict((question, references) for question, references in asked + extra)
    return " ".join(sentences), list(unique.items())
