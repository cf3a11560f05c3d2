"""``dengti serve``: the HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import out


def serve(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8000,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="设置文件（TOML） / settings; else DENGTI_SETTINGS, else development"),
    ] = None,
) -> None:
    """启动服务；文档在 /docs / serve the API; its documentation is at /docs."""
    # Only here: a third of a second that no other command needs to wait for.
    import uvicorn

    from api.app import create_app
    from api.settings import load

    stated = load(settings)
    out.print(f"http://{host}:{port}/docs", highlight=False)
    uvicorn.run(
        create_app(settings=stated),
        host=host,
        port=port,
        log_level="warning",
        # Addresses name enterprises: the service writes its own line for each request.
        access_log=False,
        server_header=False,
        limit_concurrency=stated.limits.concurrent_requests,
        timeout_graceful_shutdown=stated.limits.stop_seconds,
    )
