from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import Database, DuckDB, postgres


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "duckdb":
        yield DuckDB()
        return
    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as patch:
        # Sockets go there; without it the server's package warns.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        with postgres(folder / "data") as found:
            yield found
