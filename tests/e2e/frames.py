"""frames.py - the frames of src/ipc/frame.h, from Python."""
import array
import json
import os
import socket
import struct
import time

PREFIX = struct.Struct("=II")


def pack(head, body=b""):
    """The bytes of a frame; head is a dictionary with "t"."""
    text = json.dumps(head).encode()
    return PREFIX.pack(len(text), len(body)) + text + body


def unpack(data):
    """The first frame of data: (head, body, rest), or None while bytes are missing."""
    if len(data) < PREFIX.size:
        return None
    head_len, body_len = PREFIX.unpack_from(data)
    body = PREFIX.size + head_len
    if len(data) < body + body_len:
        return None
    return (json.loads(data[PREFIX.size:body].decode()), data[body:body + body_len],
            data[body + body_len:])


class Link:
    """One end of a stream socket that carries frames."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""
        self.fds = []       # that came, of those frames that have one

    def send(self, head, body=b"", fd=None):
        if fd is None:
            self.sock.sendall(pack(head, body))
            return
        data = pack(dict(head, fd=True), body)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        sent = self.sock.sendmsg([data], rights)
        self.sock.sendall(data[sent:])

    def receive_some(self):
        more, control, _, _ = self.sock.recvmsg(65536, socket.CMSG_SPACE(4 * 16),
                                                socket.MSG_CMSG_CLOEXEC)
        for level, kind, data in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self.fds += array.array("i", data)
        return more

    def receive(self, timeout=30):
        """The next frame's head with its body under "body"; None when there is none in time."""
        deadline = time.monotonic() + timeout
        while True:
            frame = unpack(self.data)
            if frame:
                head, body, self.data = frame
                if head.get("fd"):
                    head["fd"] = self.fds.pop(0)
                return dict(head, body=body)
            self.sock.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self.receive_some()
            except socket.timeout:
                return None
            except ConnectionResetError:
                more = b""
            if not more:
                raise EOFError("the other side is gone")
            self.data += more

    def close(self):
        self.sock.close()
        while self.fds:
            os.close(self.fds.pop())
