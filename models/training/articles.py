"""Short news articles with a one-sentence summary: who did what, and where.

The summary always says the same three things, but the article may put them in the passive, split
them with an apposition, or surround them with other people, towns and numbers.
"""

from names import Cast, article
from questions import ANIMALS, DAYS, JOBS, MONTHS

VENUES = "bakery bookshop café cinema garden library museum playground restaurant school shop theatre workshop".split()
CONTESTS = "baking chess cooking dancing fishing painting poetry rowing singing spelling swimming cycling".split()
PRIZES = "contest prize trophy".split()
LANDMARKS = "bridge fountain gate hall lighthouse mill organ roof stairs tower wall windmill".split()
OLD = "old little stone broken famous forgotten".split()
ANIMAL_LOOKS = "black brown grey lame lost thin white young".split()
TREES = "apple cherry oak pear plum walnut".split()

EVENTS = [
    ("opened", lambda cast: article(f"{cast.pick(['new', 'small', 'large', 'modern'])} {cast.pick(VENUES)}")),
    ("won", lambda cast: f"the {cast.pick(CONTESTS)} {cast.pick(PRIZES)}"),
    ("repaired", lambda cast: f"the {cast.pick(OLD)} {cast.pick(LANDMARKS)}"),
    ("painted", lambda cast: f"the {cast.pick(OLD)} {cast.pick(LANDMARKS)}"),
    ("rescued", lambda cast: article(f"{cast.pick(ANIMAL_LOOKS)} {cast.pick(ANIMALS)}")),
    ("planted", lambda cast: f"{cast.number()} {cast.pick(TREES)} trees"),
    ("found", lambda cast: article(cast.thing())),
    ("sold", lambda cast: article(cast.thing())),
    ("built", lambda cast: article(cast.thing())),
    ("discovered", lambda cast: article(cast.thing())),
]

OPENERS = {
    "train": [
        "There was good news {when}.",
        "It was a busy week in the valley.",
        "Many people were on their feet {when}.",
        "The local paper had something to report.",
    ],
    "heldout": ["There was something to report {when}.", "It was a week of good news."],
}

LEADS = {
    "train": [
        "{P} {did} {what} in {town} {when}.",
        "{P}, {a_job} from {home}, {did} {what} in {town} {when}.",
        "{When}, {P} {did} {what} in {town}.",
        "{What} {was} {did} by {P} in {town} {when}.",
        "{When}, {what} {was} {did} in {town} by {P}, {a_job}.",
        "People in {town} are talking about {P}, who {did} {what} {when}.",
        "{P}, who lives in {home}, {did} {what} in {town} {when}.",
        "In {town}, {what} {was} {did} {when} by {P}.",
        "{A_job} from {home}, {P}, {did} {what} in {town} {when}.",
        "After a long wait, {P} {did} {what} in {town}.",
        "At last, {what} {was} {did} in {town} by {P}, {a_job}.",
        "After some trouble, {what} {was} {did} by {P} in {town}.",
        "{What} {was} {did} by {P}, who lives in {home}, in {town}.",
    ],
    "heldout": [
        "In {town}, {P} {did} {what} {when}.",
        "{When}, {P}, {a_job} from {home}, {did} {what} in {town}.",
        "{What} {was} {did} in {town} {when} by {P}, who lives in {home}.",
        "{When}, people in {town} were talking about {P}, who {did} {what}.",
        "After a long wait, {what} {was} {did} in {town} by {P}.",
    ],
}

DETAILS = {
    "train": [
        '"We are all very proud," said {Q}, {q_job} from {other_town}.',
        "{Q} came from {other_town} to see it.",
        "About {number} people came to watch.",
        "{F} is {age} years old and has two children.",
        "{F} had dreamed of it since {year}.",
        "The mayor, {Q}, shook hands with everybody.",
        "{F} wants to visit {other_town} next.",
        '"It was a long day," {F} said.',
        "{Q}, {q_job}, had helped with the plan.",
        "It rained in {other_town}, but nobody stayed at home.",
        "Something like it was last seen in {other_town} in {year}.",
        "{F} moved here from {other_town} in {year}.",
    ],
    "heldout": [
        '"We are all very proud," the mayor, {Q}, said.',
        "{Q}, {q_job} from {other_town}, came to watch.",
        "{F} had dreamed of it for {decades} years.",
        '"It was a long day," said {Q}, {q_job}.',
        "About {number} people came from {other_town} to see it.",
        "{F} is {age} years old and moved here in {year}.",
    ],
}


def _when(rng):
    return rng.choice([f"on {rng.choice(DAYS)}", f"in {rng.choice(MONTHS)}", "last week", "yesterday", "this morning", f"last {rng.choice(DAYS)}"])


def _capital(text):
    return text[0].upper() + text[1:]


def _details(rng, cast, split, hero, count):
    for template in rng.sample(DETAILS[split], count):
        other = cast.person()
        yield template.format(
            Q=other.full,
            F=hero.family,
            q_job=article(cast.pick(JOBS)),
            other_town=cast.town(),
            number=cast.number(),
            age=cast.number(35, 89),
            decades=cast.number(5, 25),
            year=cast.year(),
        )


def make_article(rng, split, level):
    """An article and its reference summaries; a higher level has more sentences around the news."""
    cast = Cast(rng, split)
    hero, town = cast.person(), cast.town()
    did, draw = rng.choice(EVENTS)
    what, when, job = draw(cast), _when(rng), article(cast.pick(JOBS))
    lead = rng.choice(LEADS[split]).format(
        P=hero.full,
        did=did,
        what=what,
        What=_capital(what),
        was="were" if what.endswith(("trees", "stairs")) else "was",
        when=when,
        When=_capital(when),
        town=town,
        home=cast.town(),
        a_job=job,
        A_job=_capital(job),
    )
    opener = [rng.choice(OPENERS[split]).format(when=when)] if level > 1 and rng.random() < 0.35 else []
    details = _details(rng, cast, split, hero, {1: 1, 2: rng.choice([1, 2]), 3: rng.choice([2, 3])}.get(level, 1))
    text = " ".join([*opener, lead, *details])
    return text, [f"{hero.full} {did} {what} in {town}.", f"In {town}, {hero.full} {did} {what}."]
