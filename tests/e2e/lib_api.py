"""lib_api.py - ask a daemon in JSON, over its unix socket or over TCP."""
import http.client
import json
import socket
import urllib.parse


class Api:
    """One daemon's JSON API: at a unix socket's path, or at a port of 127.0.0.1."""

    def __init__(self, path=None, port=None):
        self.path, self.port = path, port

    def connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.path:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(60)
            connection.sock.connect(self.path)
        return connection

    def request(self, method, target, body=None, **headers):
        """The response; its body is in .text, and as JSON in .json where it is that."""
        connection = self.connection()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            response.text = response.read()
        finally:
            connection.close()
        response.json = None
        if response.text and response.headers["Content-Type"] == "application/json":
            assert response.headers["Cache-Control"] == "no-store"
            response.json = json.loads(response.text.decode())
        return response

    def get(self, method, /, **params):
        """A call by GET; other values than text become text as in a query."""
        texts = {name: value if isinstance(value, str) else json.dumps(value)
                 for name, value in params.items()}
        query = "?" + urllib.parse.urlencode(texts) if texts else ""
        return self.request("GET", "/api/v1/" + method + query)

    def post(self, method, params=(), content_type="application/json"):
        """A call by POST; params are bytes as they are, or what becomes JSON."""
        body = params if isinstance(params, bytes) else json.dumps(params).encode()
        headers = {"Content-Type": content_type} if content_type else {}
        return self.request("POST", "/api/v1/" + method, body, **headers)
