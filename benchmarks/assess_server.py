"""The server that `benchmarks.assess` asks: the product's application and, added here only, routes that do nothing."""

from __future__ import annotations

import json
import socket
import time

import uvicorn
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.app import create_app

app = create_app()


@app.post("/hello")
async def hello(request: Request) -> Response:
    return Response(_greeting(await _body(request)), media_type="application/json")


@app.post("/hello-thread")
async def hello_thread(request: Request) -> Response:
    return Response(await run_in_threadpool(_greeting, await _body(request)), media_type="application/json")


@app.get("/cpu")
async def cpu() -> Response:
    return Response(str(time.process_time()))


def _greeting(_: bytes) -> bytes:
    return b'{"hello":"world"}'


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
