"""lib_webhook.py - be svd for a svd-webhook; and servers that it can post to, of all kinds."""
import collections
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import frames
from lib_daemon import PROGRAMS, clean_env, wait_for

WEBHOOK = os.path.join(PROGRAMS, "svd-webhook")

Request = collections.namedtuple("Request", "line headers body connection at")


# --- servers ---

def reply(status=200, headers="", body=b"fine"):
    """The bytes of an answer."""
    return ("HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n%s\r\n"
            % (status, len(body), headers)).encode() + body


def answers(*datas):
    """The first request gets the first answer, all beyond the last get that."""
    return lambda server, conn, number: conn.sendall(datas[min(number, len(datas)) - 1])


def hangs(server, conn, number):
    """Accepts and never answers, until the client or the test has had enough."""
    wait_for(lambda: server.is_closed or is_gone(conn), "the client gives up", 600)


def closes(server, conn, number):
    raise ConnectionAbortedError


def says_and_closes(data):
    def rule(server, conn, number):
        conn.sendall(data)
        raise ConnectionAbortedError
    return rule


def endless(begin, more):
    def rule(server, conn, number):
        conn.sendall(begin)
        while not server.is_closed:
            conn.sendall(more)
    return rule


def is_gone(conn):
    conn.settimeout(0)
    try:
        return conn.recv(1) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    finally:
        conn.settimeout(60)


class Server:
    """Each path has a rule that is called with (server, connection, which request of the path)."""

    def __init__(self, rules=None, tls=None):
        self.rules = dict(rules or {})      # for paths that are not here: OK
        self.tls = tls                      # an SSLContext
        self.requests = []                  # in the order in which they came
        self.open = 0                       # connections
        self.is_closed = False
        self.lock = threading.Lock()
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def url(self, path="/", user="", scheme=None, host="127.0.0.1"):
        return "%s://%s%s:%d%s" % (scheme or ("https" if self.tls else "http"), user, host,
                                   self.port, path)

    def bodies(self, path=None):
        return [r.body for r in list(self.requests) if path in (None, r.line.split()[1])]

    def wait(self, n, path=None, timeout=30):
        wait_for(lambda: len(self.bodies(path)) >= n, "%d posts have come" % n, timeout)

    def _accept(self):
        number = 0
        while not self.is_closed:
            try:
                conn = self.sock.accept()[0]
            except OSError:
                return
            number += 1
            threading.Thread(target=self._serve, args=(conn, number), daemon=True).start()

    def _serve(self, conn, number):
        with self.lock:
            self.open += 1
        try:
            conn.settimeout(60)
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            with conn.makefile("rb") as stream:
                while self._answer(conn, stream, number):
                    pass
        except (OSError, AssertionError):
            pass
        finally:
            conn.close()
            with self.lock:
                self.open -= 1

    def _answer(self, conn, stream, number):
        line = stream.readline().decode().strip()
        if not line:
            return False
        headers = {}
        while True:
            header = stream.readline().decode().strip()
            if not header:
                break
            name, _, value = header.partition(": ")
            headers.setdefault(name.lower(), []).append(value)
        body = stream.read(int(headers.get("content-length", ["0"])[0]))
        path = line.split()[1].partition("?")[0]
        with self.lock:
            self.requests.append(Request(line, headers, body, number, time.monotonic()))
            nth = sum(r.line.split()[1].partition("?")[0] == path for r in self.requests)
        self.rules.get(path, answers(reply()))(self, conn, nth)
        return True

    def close(self):
        self.is_closed = True
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.thread.join(30)


def certificate(box, name="IP:127.0.0.1", stem="server"):
    """A certificate that vouches for itself. Returns an SSLContext and the file to be trusted."""
    key, cert = box + "/%s.key" % stem, box + "/%s.crt" % stem
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + name,
         "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
    os.chmod(cert, 0o644)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


# --- svd ---

class Webhook:
    """One svd-webhook, and the tries that it was asked for."""

    def __init__(self, box, *args, env=(), first=None, **kwargs):
        """first: what is to be posted stands in the link before it is started."""
        self.box, self.ids, self.news = box, 0, []
        os.makedirs(box + "/sanitizer", exist_ok=True)
        os.chmod(box + "/sanitizer", 0o1777)
        ours, theirs = socket.socketpair()
        self.link = frames.Link(ours)
        if first:
            self.post(**first)
        with open(box + "/console", "ab") as console:
            self.process = subprocess.Popen(
                [WEBHOOK, "--link", str(theirs.fileno())] + list(args), cwd=box,
                env=dict(clean_env(box), **dict(env)), stdin=subprocess.DEVNULL, stdout=console,
                stderr=console, pass_fds=[theirs.fileno()], start_new_session=True, **kwargs)
        theirs.close()

    def post(self, url, body=b"{}", headers=(), timeout=30):
        self.ids += 1
        self.link.send({"t": "post", "id": self.ids, "url": url, "headers": list(headers),
                        "timeout": timeout}, body)
        return self.ids

    def posted(self, number=None, timeout=30):
        """The answer to that try, or the next one."""
        while True:
            for frame in self.news:
                if number in (None, frame["id"]):
                    self.news.remove(frame)
                    return frame
            frame = self.link.receive(timeout)
            assert frame, "no answer to %s" % number
            assert frame["t"] == "posted", frame
            self.news.append(frame)

    def outcome(self, url, **kwargs):
        """Post and wait for what comes of it: a status, or the text why there is none."""
        frame = self.posted(self.post(url, **kwargs))
        return frame["status"] or frame["text"]

    def cancel(self, number):
        self.link.send({"t": "cancel", "id": number})

    def quit(self):
        self.link.send({"t": "quit"})

    def wait(self, timeout=30):
        assert self.process.wait(timeout) == 0, self.console()

    def console(self):
        with open(self.box + "/console") as f:
            return f.read()

    def cleanup(self):
        """After a test, however it went."""
        self.link.close()
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
