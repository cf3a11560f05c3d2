"""Statements that are handed to the driver give what SQLAlchemy gives, errors included."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from api.store.consents import Consents
from api.store.database import Store
from api.store.prepared import Prepared
from api.store.scores import Scores
from api.store.tables import ConsentRow, InstitutionRow, ScoreRow, SealRow, table_of

USCC, HASH = "91450200MA00000151", "sha256:" + "1" * 64
DAYS = (date(2020, 1, 1), date(2099, 12, 31))
SEAL = Prepared(insert(table_of(SealRow)).inline(), ["place", "digest", "entries", "at"])


@pytest.mark.parametrize("table", [ConsentRow, ScoreRow])
def test_rows_have_the_types_of_their_columns(store: Store, table: type[ConsentRow] | type[ScoreRow]) -> None:
    with store.session() as session:
        Consents(session).give(USCC, "银行", ["loan_review"], ["all", "event"], DAYS, HASH, "p-1", written=True)
        Scores(session).keep(USCC, HASH, DAYS[0], DAYS[1], HASH, b'{"\x00":1}')
    columns = table_of(table).c
    asked = select(*columns).where(columns.uscc == bindparam("uscc"))
    with store.transaction() as connection:
        (told,) = Prepared(asked).all(connection, {"uscc": USCC})
        expected = connection.execute(asked, {"uscc": USCC}).one()
        assert tuple(told) == tuple(expected)
        assert [type(one) for one in told] == [type(one) for one in expected]
        assert told._asdict() == dict(expected._mapping)
        assert Prepared(asked).first(connection, {"uscc": "x"}) is None


def test_what_stands_in_a_statement_as_a_constant_stays(store: Store) -> None:
    columns = table_of(InstitutionRow).c
    asked = Prepared(select(columns.id).where(columns.kind == "bank", columns.name == bindparam("name")))
    with store.transaction() as connection:
        for name, kind in (("a", "bank"), ("b", "park")):
            connection.execute(
                insert(InstitutionRow).values(
                    id=name, kind=kind, name="x", runs_distress=False, created_at=datetime.now(UTC)
                )
            )
        assert [row.id for row in asked.all(connection, {"name": "x"})] == ["a"]


def test_an_error_is_the_one_that_sqlalchemy_raises_and_tells_nothing_of_what_was_given(store: Store) -> None:
    row = {"place": 1, "digest": "a secret", "entries": 1, "at": datetime.now(UTC)}

    def twice() -> None:
        with store.transaction() as connection:
            SEAL.run(connection, row)
            SEAL.run(connection, row)

    with pytest.raises(IntegrityError) as raised:
        twice()
    assert "secret" not in str(raised.value)
    with store.transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_seal")) == 0


def test_a_connection_that_was_lost_is_replaced(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection that could be lost")
    asked = Prepared(select(table_of(SealRow).c.place))
    with store.transaction() as connection:
        lost = connection.scalar(text("SELECT pg_backend_pid()"))
    other = Store(store.engine.url.render_as_string(hide_password=False))
    with other, other.transaction() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
    with pytest.raises(OperationalError) as raised, store.transaction() as connection:
        asked.all(connection, {})
    assert raised.value.connection_invalidated
    with store.transaction() as connection:
        assert asked.all(connection, {}) == []
