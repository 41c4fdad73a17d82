"""A destroyed key erases, a moved or changed token opens nowhere, and no key is ever made twice."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from shared import sealing
from shared.sealing import (
    KeyMissing,
    KeyRing,
    Keys,
    SealBroken,
    Sealer,
    SubjectErased,
    SubjectUnknown,
    data_keys,
    keys_metadata,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HER = "0198a000-0000-7000-8000-000000000001"
PLACE = {"subject": HER, "table": "referrals", "column": "narrative", "row": "r-1"}
anything = settings(deadline=None, max_examples=50)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


class Timer:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class World:
    """A folder of keys and a store; every `sealer()` is another process of the same service."""

    def __init__(self, folder):
        self.folder = folder / "keys"
        self.ring = KeyRing.open(self.folder, create=True)
        self.store = folder / "keys.db"
        self.engine = create_engine(f"sqlite:///{self.store}")
        with self.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        keys_metadata.create_all(self.engine)
        self.timer = Timer()

    def sealer(self, service="referrals", ring=None):
        ring = ring or KeyRing.open(self.folder, create=True)
        keys = Keys(self.engine, ring, service=service, clock=lambda: NOON, timer=self.timer)
        return Sealer(keys, ring, service=service)

    def rows(self):
        with self.engine.connect() as connection:
            return connection.execute(select(data_keys)).all()

    def stored_bytes(self):
        return b"".join(file.read_bytes() for file in self.store.parent.glob("keys.db*"))


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("sealing"))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@anything
@given(text=texts)
def test_what_was_sealed_is_opened_by_another_process(shared_world, text):
    token = shared_world.sealer().seal(text, **PLACE)
    assert shared_world.sealer().open(token, **PLACE) == text


@anything
@given(
    text=texts,
    elsewhere=st.sampled_from(["table", "column", "row"]).flatmap(
        lambda part: (
            st.text(max_size=20).filter(lambda name: name != PLACE[part]).map(lambda name: {**PLACE, part: name})
        )
    ),
)
def test_a_token_opens_only_in_its_own_place(shared_world, text, elsewhere):
    sealer = shared_world.sealer()
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(text, **PLACE), **elsewhere)


@anything
@given(text=texts, data=st.data())
def test_a_changed_token_does_not_open(shared_world, text, data):
    sealer = shared_world.sealer()
    token = sealer.seal(text, **PLACE)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.=ż "))  # what is drawn must not depend on the token, which is random
    changed = token[:at] + (other if other != token[at] else "~") + token[at + 1 :]
    with pytest.raises(SealBroken):
        sealer.open(changed, **PLACE)


@anything
@given(garbage=st.text(max_size=60))
def test_garbage_is_refused_and_not_a_crash(shared_world, garbage):
    sealer = shared_world.sealer()
    sealer.keys.create(HER)
    for token in (garbage, f"v1.{garbage}", f"s1.{garbage}", f"s9.{garbage}"):
        with pytest.raises(SealBroken):
            sealer.open(token, **PLACE)
        with pytest.raises(SealBroken):
            sealer.open_for_service(token, purpose="draft")


def test_the_same_text_never_gives_the_same_token(world):
    sealer = world.sealer()
    assert sealer.seal("hers", **PLACE) != sealer.seal("hers", **PLACE)


def test_neither_another_person_s_key_nor_another_service_opens_a_token(world):
    token = world.sealer().seal("hers", **PLACE)
    world.sealer().keys.create("other")
    with pytest.raises(SealBroken):
        world.sealer().open(token, **{**PLACE, "subject": "other"})
    with pytest.raises(SealBroken):
        world.sealer("people").open(token, **PLACE)


def test_a_person_nothing_was_sealed_for_is_unknown(world):
    with pytest.raises(SubjectUnknown):
        world.sealer().open("v1.AAAA", **PLACE)


def test_the_key_is_committed_before_the_first_token_exists(world):
    world.sealer().keys.create(HER)
    assert [(row.subject, row.created_at, row.destroyed_at) for row in world.rows()] == [
        (HER, "2026-03-01T12:00:00.000000Z", None)
    ]


def test_processes_that_meet_a_person_at_once_agree_on_one_key(world):
    sealers = [world.sealer() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda sealer: sealer.keys.create(HER), sealers))
    assert len(keys) == 1


def test_many_keys_are_fetched_in_one_query(world):
    subjects = [f"p-{n}" for n in range(20)]
    tokens = {name: world.sealer().seal(name, **{**PLACE, "subject": name}) for name in subjects}
    sealer = world.sealer()
    sealer.keys.load([*subjects, "unknown"])
    world.engine.dispose()
    world.store.rename(world.store.with_suffix(".away"))
    assert [sealer.open(tokens[name], **{**PLACE, "subject": name}) for name in subjects] == subjects


def test_a_destroyed_key_erases_at_once_and_for_ever(world):
    sealer = world.sealer()
    token = sealer.seal("hers", **PLACE)
    sealer.keys.destroy(HER)
    for process in (sealer, world.sealer()):
        with pytest.raises(SubjectErased):
            process.open(token, **PLACE)
        with pytest.raises(SubjectErased):
            process.seal("again", **PLACE)
    assert [(row.wrapped, row.destroyed_at) for row in world.rows()] == [(None, "2026-03-01T12:00:00.000000Z")]


def test_another_process_forgets_a_destroyed_key_within_a_minute(world):
    sealer, other = world.sealer(), world.sealer()
    token = sealer.seal("hers", **PLACE)
    assert other.open(token, **PLACE) == "hers"
    sealer.keys.destroy(HER)
    world.timer.seconds += 60
    with pytest.raises(SubjectErased):
        other.open(token, **PLACE)


def test_a_destroyed_key_is_gone_from_the_files_too(world):
    sealer = world.sealer()
    sealer.keys.create(HER)
    (row,) = world.rows()
    assert row.wrapped in world.stored_bytes()
    sealer.keys.destroy(HER)
    assert row.wrapped not in world.stored_bytes()


def test_erasing_twice_or_someone_never_seen_leaves_one_tombstone(world):
    sealer = world.sealer()
    for _ in range(2):
        sealer.keys.destroy(HER)
    assert len(world.rows()) == 1
    with pytest.raises(SubjectErased):
        sealer.seal("late", **PLACE)


def test_the_cache_is_bounded(world, monkeypatch):
    monkeypatch.setattr(sealing, "CACHE_KEYS", 3)
    keys = world.sealer().keys
    for n in range(5):
        keys.create(f"p-{n}")
    assert list(keys._cache._entries) == ["p-2", "p-3", "p-4"]


def test_after_rotation_old_tokens_open_and_the_old_key_can_go(world):
    sealer = world.sealer()
    tokens = {name: sealer.seal(name, **{**PLACE, "subject": name}) for name in ("p-1", "p-2")}
    sealer.keys.destroy("p-2")
    (world.folder / "kek-2.key").write_bytes(base64.b64encode(b"2" * 32))
    (world.folder / "kek-2.key").chmod(0o600)
    assert world.sealer().keys.rewrap() == 1
    assert world.sealer().keys.rewrap() == 0
    (world.folder / "kek-1.key").unlink()
    assert world.sealer().open(tokens["p-1"], **{**PLACE, "subject": "p-1"}) == "p-1"
    with pytest.raises(SubjectErased):
        world.sealer().open(tokens["p-2"], **{**PLACE, "subject": "p-2"})


@anything
@given(text=texts)
def test_a_service_s_own_token_opens_for_its_purpose_only(shared_world, text):
    sealer = shared_world.sealer()
    token = sealer.seal_for_service(text, purpose="draft")
    assert shared_world.sealer().open_for_service(token, purpose="draft") == text
    for process, purpose in ((sealer, "idempotency"), (shared_world.sealer("people"), "draft")):
        with pytest.raises(SealBroken):
            process.open_for_service(token, purpose=purpose)


def test_a_blind_index_is_stable_and_of_one_column_and_service_only(world):
    index = world.sealer().blind_index("+48500100200", column="phone")
    assert index == world.sealer().blind_index("+48500100200", column="phone")
    others = {
        world.sealer().blind_index("+48500100201", column="phone"),
        world.sealer().blind_index("+48500100200", column="email"),
        world.sealer("people").blind_index("+48500100200", column="phone"),
        world.sealer().keyed_hash(b"+48500100200", purpose="phone"),
    }
    assert len(others | {index}) == 5


def test_a_ring_without_a_key_stops_the_start(tmp_path):
    with pytest.raises(KeyMissing, match="kek-1"):
        KeyRing.open(tmp_path)


def test_processes_that_start_at_once_agree_on_the_first_key_and_on_secrets(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _n: KeyRing.open(tmp_path / "keys", create=True), range(8)))
        secrets = set(pool.map(lambda ring: ring.secret("csrf"), rings))
    assert len({ring.kek(1) for ring in rings}) == len(secrets) == 1
    assert sorted(file.name for file in (tmp_path / "keys").iterdir()) == ["kek-1.key", "secret-csrf.key"]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_secret_is_never_made_where_the_operator_provides_them(world):
    with pytest.raises(KeyMissing, match="secret-csrf"):
        KeyRing.open(world.folder).secret("csrf")


@pytest.mark.parametrize("name", ["", "../kek-1", "Csrf", "a/b"])
def test_a_secret_s_name_cannot_leave_the_folder(world, name):
    with pytest.raises(ValueError, match="file name"):
        world.ring.secret(name)


@pytest.mark.parametrize("content", [b"", b"not base64!", base64.b64encode(b"short")])
def test_a_file_that_is_no_key_is_named(world, content):
    (world.folder / "kek-2.key").write_bytes(content)
    (world.folder / "kek-2.key").chmod(0o600)
    with pytest.raises(KeyMissing, match="kek-2"):
        KeyRing.open(world.folder)


def test_a_key_that_others_can_read_is_refused(world):
    (world.folder / "kek-1.key").chmod(0o604)
    with pytest.raises(KeyMissing, match="read by others"):
        KeyRing.open(world.folder)


def test_purposes_cannot_be_joined_into_one_another(world):
    assert world.ring.derived("csrf", "a", "b:c") != world.ring.derived("csrf", "a:b", "c")
