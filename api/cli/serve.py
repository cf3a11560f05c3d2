"""``dengti serve``: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.console import out


def serve(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8000,
) -> None:
    """启动服务；文档在 /docs / serve the API; its documentation is at /docs."""
    # Only here: a third of a second that no other command needs to wait for.
    import uvicorn

    from api.app import create_app

    out.print(f"http://{host}:{port}/docs", highlight=False)
    uvicorn.run(create_app(), host=host, port=port, log_level="info")
