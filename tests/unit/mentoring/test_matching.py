"""Who fits whom, the score, and the best assignment, beside a plain solver that tries everything."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.mentoring.domain import flow, matching
from services.mentoring.domain.matching import Bans, Mentee, Mentor
from shared import contracts

NOBODY = Bans()
LANGUAGES = ("be", "pl", "ru", "uk")
COUNTIES = ("2002", "2061", "2062")
SLOTS = ("monday-morning", "tuesday-morning", "friday-afternoon")
GOALS = ("find-work", "learn-polish", "run-cooperative")


def a_mentor(id_: str = "mentor", **more) -> Mentor:
    usual = {
        "languages": frozenset({"pl", "uk"}),
        "counties": frozenset({"2061"}),
        "capacity": 2,
        "free": 2,
        "mentors": frozenset({"women"}),
    }
    return Mentor(id=id_, **{**usual, **more})


def a_woman(id_: str = "woman", **more) -> Mentee:
    return Mentee(id=id_, **{"languages": ("uk",), "teryt": "2061", **more})


# -- hard rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "woman", "mentor"),
    [
        ("no-shared-language", a_woman(languages=("ru",)), a_mentor()),
        ("place", a_woman(teryt="2063"), a_mentor()),
        ("gender", a_woman(gender="woman"), a_mentor(gender="man")),
        ("gender", a_woman(gender="woman"), a_mentor()),
        ("slots", a_woman(slots=frozenset(SLOTS[:2])), a_mentor(slots=frozenset(SLOTS[1:]))),
        ("competence", a_woman(kind="cooperative"), a_mentor()),
        ("competence", a_woman(), a_mentor(mentors=frozenset({"cooperatives"}))),
    ],
)
def test_each_rule_excludes_with_its_code(code, woman, mentor):
    assert matching.exclusion(woman, mentor, NOBODY) == code
    assert matching.why_unmatched(woman, [mentor], NOBODY) == code


@pytest.mark.parametrize(
    ("woman", "mentor"),
    [
        (a_woman(languages=()), a_mentor()),
        (a_woman(teryt=None), a_mentor()),
        (a_woman(teryt="2063"), a_mentor(remote=True)),
        (a_woman(teryt="2002"), a_mentor()),
        (a_woman(slots=frozenset(SLOTS)), a_mentor()),
        (a_woman(slots=frozenset(SLOTS[:1])), a_mentor(slots=frozenset(SLOTS))),
        (a_woman(kind="cooperative"), a_mentor(mentors=frozenset({"cooperatives"}))),
    ],
)
def test_a_wish_that_is_not_stated_excludes_nobody(woman, mentor):
    assert matching.exclusion(woman, mentor, NOBODY) is None


def test_a_blocked_pair_looks_like_any_other_that_does_not_suit():
    pair = frozenset({("woman", "mentor")})
    assert matching.exclusion(a_woman(), a_mentor(), Bans(unsuitable=pair)) == "not-suitable"
    assert matching.exclusion(a_woman(), a_mentor(), Bans(declined=pair)) == "declined-before"


def test_every_reason_is_one_that_the_contract_knows():
    codes = {code for code, _holds in matching.RULES} | {
        "not-suitable",
        "declined-before",
        "mentors-full",
        "no-mentors",
    }
    assert codes <= set(contracts.codes("unmatched-reasons"))


def test_why_nobody_was_proposed_is_the_rule_that_leaves_nobody():
    speaks, near = a_mentor("a", counties=frozenset({"2062"})), a_mentor("b", languages=frozenset({"be"}))
    assert matching.why_unmatched(a_woman(), [], NOBODY) == "no-mentors"
    assert matching.why_unmatched(a_woman(), [speaks, near], NOBODY) == "place"
    assert matching.why_unmatched(a_woman(), [a_mentor(free=0)], NOBODY) == "mentors-full"


# -- score -------------------------------------------------------------------------------------------------------------


def mentors() -> some.SearchStrategy[Mentor]:
    return some.builds(
        Mentor,
        id=some.just(""),
        languages=some.frozensets(some.sampled_from(LANGUAGES), min_size=1),
        counties=some.frozensets(some.sampled_from(COUNTIES), min_size=1),
        capacity=some.just(3),
        free=some.integers(0, 3),
        mentors=some.frozensets(some.sampled_from(("women", "cooperatives")), min_size=1),
        remote=some.booleans(),
        slots=some.frozensets(some.sampled_from(SLOTS)),
        skills=some.frozensets(some.sampled_from(GOALS)),
        gender=some.sampled_from((None, "woman")),
        experience=some.integers(0, 6),
    )


def mentees() -> some.SearchStrategy[Mentee]:
    return some.builds(
        Mentee,
        id=some.just(""),
        kind=some.sampled_from(("participant", "cooperative")),
        languages=some.lists(some.sampled_from(LANGUAGES), unique=True, max_size=2).map(tuple),
        teryt=some.sampled_from((None, *COUNTIES)),
        slots=some.frozensets(some.sampled_from(SLOTS)),
        wishes=some.frozensets(some.sampled_from(GOALS)),
        gender=some.sampled_from((None, "woman")),
        urgent=some.booleans(),
        days=some.integers(0, 400),
    )


@given(mentees(), mentors())
def test_the_parts_of_a_score_add_up_to_it_and_none_exceeds_its_most(woman, mentor):
    parts = matching.parts(woman, mentor)
    assert sum(part.points for part in parts) == matching.score(woman, mentor)
    assert all(0 <= part.points <= part.most for part in parts)
    assert sum(part.most for part in parts) == matching.FULL_SCORE == 1000


def test_a_closer_county_shared_goals_and_her_own_language_score_more():
    woman = a_woman(languages=("uk", "pl"), wishes=frozenset({"find-work"}))
    best = matching.score(woman, a_mentor(skills=frozenset({"find-work"})))
    for worse in (
        a_mentor(),
        a_mentor(skills=frozenset({"find-work"}), counties=frozenset({"2002"})),
        a_mentor(skills=frozenset({"find-work"}), languages=frozenset({"pl"})),
        a_mentor(skills=frozenset({"find-work"}), free=1),
    ):
        assert matching.score(woman, worse) < best


# -- the whole ---------------------------------------------------------------------------------------------------------


@some.composite
def regions(draw) -> tuple[list[Mentee], list[Mentor], Bans]:
    women = [replace(w, id=f"w{i}") for i, w in enumerate(draw(some.lists(mentees(), max_size=5)))]
    leaders = [replace(m, id=f"m{i}") for i, m in enumerate(draw(some.lists(mentors(), max_size=4)))]
    pairs = [(w.id, m.id) for w in women for m in leaders]
    banned = some.frozensets(some.sampled_from(pairs), max_size=3) if pairs else some.just(frozenset())
    return women, leaders, Bans(unsuitable=draw(banned), declined=draw(banned))


def every_assignment(women, leaders, bans) -> Iterator[tuple[tuple[Mentee, Mentor], ...]]:
    """A plain solver's work: all that is allowed."""

    def rest(index, free):
        if index == len(women):
            yield ()
            return
        yield from rest(index + 1, free)
        for mentor in leaders:
            if free[mentor.id] and matching.exclusion(women[index], mentor, bans) is None:
                for more in rest(index + 1, {**free, mentor.id: free[mentor.id] - 1}):
                    yield ((women[index], mentor), *more)

    yield from rest(0, {mentor.id: mentor.free for mentor in leaders})


def worth(pairs) -> tuple[int, int, int]:
    return (
        len(pairs),
        sum(w.urgent or w.days > 120 for w, _m in pairs),
        sum(matching.score(w, m) + w.days_points for w, m in pairs),
    )


@given(regions())
@settings(max_examples=400, deadline=None)
def test_the_result_is_as_good_as_the_best_of_all_that_are_allowed(region):
    women, leaders, bans = region
    result = flow.solve(*region)
    best = max(worth(pairs) for pairs in every_assignment(women, leaders, bans))
    assert flow.objective(result.proposals, women) == best


@given(regions())
@settings(max_examples=200, deadline=None)
def test_no_place_is_given_twice_no_rule_is_broken_and_everybody_is_accounted_for(region):
    women, leaders, bans = region
    result = flow.solve(*region)
    by_id = {one.id: one for one in [*women, *leaders]}
    for mentor in leaders:
        assert sum(one.mentor_id == mentor.id for one in result.proposals) <= mentor.free
    for one in result.proposals:
        assert matching.exclusion(by_id[one.mentee_id], by_id[one.mentor_id], bans) is None
        assert one.score == sum(part.points for part in one.parts)
        assert 1 <= one.rank <= one.feasible <= len(leaders)
    assert {one.mentee_id for one in result.proposals} | set(result.unmatched) == {woman.id for woman in women}
    assert len(result.proposals) + len(result.unmatched) == len(women)


@given(regions(), some.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_same_people_in_another_order_give_the_same_result_and_hash(region, chance: random.Random):
    women, leaders, bans = region
    shuffled = (chance.sample(women, len(women)), chance.sample(leaders, len(leaders)), bans)
    assert flow.solve(*shuffled) == flow.solve(*region)
    assert flow.input_hash(*shuffled) == flow.input_hash(*region)


@given(regions(), mentors())
@settings(max_examples=100, deadline=None)
def test_one_more_mentor_never_lowers_coverage(region, one_more):
    women, leaders, bans = region
    before, after = flow.solve(*region), flow.solve(women, [*leaders, replace(one_more, id="m9")], bans)
    assert len(after.proposals) >= len(before.proposals)


@given(regions(), some.data())
@settings(max_examples=100, deadline=None)
def test_a_longer_wait_never_unmatches(region, data):
    women, leaders, bans = region
    matched = [one.mentee_id for one in flow.solve(*region).proposals]
    if not matched:
        return
    chosen, days = data.draw(some.sampled_from(matched)), data.draw(some.integers(1, 300))
    longer = [replace(w, days=w.days + days) if w.id == chosen else w for w in women]
    assert chosen in {one.mentee_id for one in flow.solve(longer, leaders, bans).proposals}


def test_of_two_for_one_place_the_urgent_one_comes_first_however_well_the_other_fits():
    leader = a_mentor(free=1, skills=frozenset({"find-work"}))
    fits = a_woman("a", wishes=frozenset({"find-work"}), days=100)
    urgent = a_woman("b", wishes=frozenset({"learn-polish"}), urgent=True)
    result = flow.solve([fits, urgent], [leader], NOBODY)
    assert [one.mentee_id for one in result.proposals] == ["b"]
    assert result.unmatched == {"a": "mentors-full"}


def test_a_wait_of_more_than_120_days_comes_first_and_120_days_do_not():
    assert a_woman(days=121).first
    assert not a_woman(days=120).first


def test_a_round_too_large_for_whole_numbers_is_refused(monkeypatch):
    monkeypatch.setattr(flow, "LARGEST", 10)
    with pytest.raises(flow.TooLarge):
        flow.solve([a_woman()], [a_mentor()], NOBODY)


def test_the_costs_of_a_whole_country_stay_far_below_the_solvers_limit():
    women = 1_000_000
    assert (women * flow.MOST_POINTS + 1 + flow.MOST_POINTS) * (women + 200_000) < flow.LARGEST
