"""The server that `benchmarks.assess` asks: the product's application and, added here only, routes that do nothing."""

from __future__ import annotations

import json
import socket
import time

import uvicorn
from fastapi import Request
from fastapi.responses import Response

from api.app import create_app
from api.http.route import DeclaredRoute

app = create_app()


@app.post("/hello")
async def hello(request: Request) -> Response:
    await _body(request)
    return Response(b'{"hello":"world"}', media_type="application/json")


app.router.add_api_route("/hello-declared", hello, methods=["POST"], route_class_override=DeclaredRoute)


@app.get("/cpu")
async def cpu() -> Response:
    return Response(str(time.process_time()))


async def _body(request: Request) -> bytes:
    """As assess reads it."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
    return bytes(found)


if __name__ == "__main__":
    # With its protocol named asyncio sends without delay, as it does where uvicorn opens the socket.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
