"""The HTTP application: every declared route over one service, documentation that works offline."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline

from api import memory, problems, rules
from api.answers.receipts import SIGNING_KEY
from api.clock import today
from api.http.edge import Edge
from api.http.openapi import describe, operation
from api.http.route import DeclaredRoute
from api.http.serving import endpoint_of
from api.keeper import Keeper
from api.routes import ENDPOINTS
from api.service import Service
from api.settings import Settings, load
from api.store.database import Store
from scoring.catalogue import NOWHERE
from scoring.engine import Engine
from scoring.release import ENGINE


def create_app(engine: Engine | None = None, settings: Settings | None = None) -> FastAPI:
    """The application; its rules are compiled before the first request.

    Raises `SettingsProblems` for settings that are refused, `ValueProblem` where the release asked for is not live, `PermissionError`
    where the system lets no memory be run.
    """
    settings = settings or load()
    service = opened(settings, engine)
    _ = service.engine.rules(today(), NOWHERE, "new", ()).program.evaluate
    app: FastAPI = FastAPIOffline(
        title="登梯 dengti",
        version=ENGINE,
        description="企业梯次与评分 / tiers and scores of technology enterprises. 计算结果仅说明是否符合公布条件，仅供参考 / "
        "computed answers say whether published conditions are met, never that a title is recognised; for reference.",
        lifespan=_serving(service),
    )
    app.state.service = service
    problems.install(app)
    for one in ENDPOINTS:
        app.router.add_api_route(
            one.path,
            endpoint_of(service, one),
            methods=[one.method],
            name=one.name,
            summary=one.summary,
            tags=[one.tag],
            status_code=one.status,
            response_class=Response,
            openapi_extra=operation(one),
            route_class_override=DeclaredRoute,
        )
    # Looked for in order: the pages that describe the service are asked least.
    app.router.routes.sort(key=lambda route: not isinstance(route, DeclaredRoute))
    describe(app, ENDPOINTS)
    app.add_middleware(Edge, service=service)
    return app


def opened(settings: Settings, engine: Engine | None) -> Service:
    """The service; outside development with its store open, so that what is wrong with it shows at once."""
    if settings.keys.signing_key:
        # Receipts look for their key where the command line does.
        os.environ[SIGNING_KEY] = settings.keys.signing_key
    if engine is None:
        live = settings.serving.release == rules.LIVE
        engine = rules.engine(rules.LIVE, Store(settings.store.url)) if live else rules.engine()
    service = Service(settings, engine)
    if not settings.dev:
        _ = service.store
    return service


def _serving(service: Service) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def serving(_: FastAPI) -> AsyncIterator[None]:
        """While it serves, the garbage collector passes over the rules and all else made before: a tenth of a second."""
        memory.keep()
        keeper = Keeper(service)
        keeper.start()
        gc.collect()
        gc.freeze()
        yield
        gc.unfreeze()
        service.stopping = True
        await run_in_threadpool(keeper.stop)

    return serving
