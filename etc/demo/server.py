#!/usr/bin/python3
"""A small Tornado server: says on which port and in which process it answered."""
import asyncio
import os
import signal
import sys

import tornado.httpserver
import tornado.options
import tornado.web

tornado.options.define("port", type=int, default=8000, help="where to listen on 127.0.0.1")


class WhoHandler(tornado.web.RequestHandler):
    def get(self):
        self.write("port %d pid %d\n" % (tornado.options.options.port, os.getpid()))


class HealthHandler(tornado.web.RequestHandler):
    def get(self):
        self.write("ok\n")


def log_request(handler):
    """One line per request, written at once."""
    request = handler.request
    print("%d %s %s %d %.1f ms" % (tornado.options.options.port, request.method, request.uri,
                                   handler.get_status(), 1000 * request.request_time()),
          file=sys.stderr, flush=True)


def say(words):
    print("%d %s" % (tornado.options.options.port, words), flush=True)


async def serve():
    stop = asyncio.Event()
    for signo in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signo, stop.set)
    application = tornado.web.Application([("/", WhoHandler), ("/health", HealthHandler)],
                                          log_function=log_request)
    server = tornado.httpserver.HTTPServer(application)
    server.listen(tornado.options.options.port, "127.0.0.1")
    say("listening, pid %d" % os.getpid())
    await stop.wait()
    server.stop()
    await server.close_all_connections()
    say("stopped, pid %d" % os.getpid())


if __name__ == "__main__":
    tornado.options.parse_command_line()
    asyncio.run(serve())
