"""Serves one function: `python -m ahorrater.serve functions/<name>/main.py`.

functions-framework finds the function; uvicorn is started here and not by the framework's gunicorn, because Knative's
queue-proxy reuses idle connections: a server that closes them after 2 s (gunicorn) races it. The function is called
without the framework's wrappers (an execution id for Google's logs): they would cost more than all that it does itself.
One process, one worker: Knative scales by pods.
"""

import gc
import inspect
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NoReturn

gc.disable()  # importing makes no garbage: looking for it would cost a tenth of the cold start

import uvicorn  # noqa: E402
from functions_framework.aio import create_asgi_app  # noqa: E402
from pydantic import Field  # noqa: E402
from pydantic_settings import BaseSettings  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import Response  # noqa: E402
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

from ahorrater.adapters.functions.bounded_http import BoundedHttp  # noqa: E402
from ahorrater.adapters.tracing.logs import write_logs  # noqa: E402


class ServerSettings(BaseSettings):
    """How a function is served.

    HOST: address to listen on; inside a container all of them, hence the default of the image, not of this program.
    PORT: the port; Knative says which.
    REQUEST_S: how long a request may take to arrive, its body too; an honest one takes milliseconds.
    MAX_CONNECTIONS: what one process serves at a time, idle ones too; further requests are answered 503.
    KEEP_ALIVE_S: idle connections are kept longer than the 90 s of Knative's queue-proxy.
    LOG_LEVEL: the least serious message that is written.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    request_s: float = Field(default=30, gt=0)
    max_connections: int = Field(default=1000, ge=1)
    keep_alive_s: int = Field(default=95, ge=91)
    log_level: str = "INFO"


def main(source: str) -> None:
    """Serves the function `main` of the file `source` until SIGTERM; requests under way are finished first."""
    settings = ServerSettings()
    write_logs(settings.log_level)
    application = application_of(source)
    signal.signal(signal.SIGTERM, _leave)
    gc.freeze()
    gc.enable()
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        http=partial(BoundedHttp, request_s=settings.request_s),  # type: ignore[arg-type] # it makes a protocol
        ws="none",
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=20,
        log_level="warning",
        access_log=False,
        lifespan="off",
    )


def application_of(source: str) -> ASGIApp:
    """The function `main` of a file: any path is its own."""
    framework = create_asgi_app("main", source, "http")  # type: ignore[no-untyped-call]
    function: Callable[[Request], Awaitable[Response]] = inspect.unwrap(framework.routes[-1].endpoint)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        response = await function(Request(scope, receive))
        await response(scope, receive, send)

    return application


def _leave(*_: object) -> NoReturn:
    """uvicorn raises SIGTERM again when it has shut down: Python's default would end without sending the last spans."""
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
