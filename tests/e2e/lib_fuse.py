"""lib_fuse.py - a file system of our own, which can hang and fail: one directory, in memory.

It speaks the kernel's protocol on /dev/fuse, in a thread of the test. What hangs here hangs in the
kernel as with a dead NFS server: not even SIGKILL ends who waits. Never touch what hangs through
the mount in a test, look into `files`.
"""
import ctypes
import errno
import os
import stat
import struct
import threading

import pytest

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_PRIVATE_REC, MNT_FORCE, MNT_DETACH = 0x20000, (1 << 18) | (1 << 14), 1, 2

OPERATIONS = {
    1: "lookup", 2: "forget", 3: "getattr", 4: "setattr", 10: "unlink", 12: "rename", 14: "open",
    15: "read", 16: "write", 17: "statfs", 18: "release", 20: "fsync", 25: "flush", 26: "init",
    27: "opendir", 28: "readdir", 29: "releasedir", 35: "create", 36: "interrupt", 42: "forget",
    45: "rename2",
}
SILENT = ("forget", "interrupt")
MAX_WRITE = 128 * 1024
ROOT = 1


def check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def private_mounts():
    """From now on what this process and its children mount is seen by nobody else."""
    try:
        check(LIBC.unshare(CLONE_NEWNS), "unshare")
        mount("none", "/", None, MS_PRIVATE_REC)
    except OSError as e:
        pytest.skip("needs to be allowed to mount: %s" % e)


def mount(source, path, kind, flags=0, options=""):
    check(LIBC.mount(source.encode(), path.encode(), kind and kind.encode(),
                     ctypes.c_ulong(flags), options.encode()), "mount " + path)


def unmount(path):
    check(LIBC.umount2(path.encode(), MNT_DETACH), "umount " + path)


class File:
    def __init__(self, node, mode, owner):
        self.node, self.mode, self.owner, self.data = node, mode, owner, bytearray()


class Fuse:
    """A mount. files: name -> File; hanging: operations that wait; failing: operation -> errno."""

    def __init__(self, path):
        self.path, self.files, self.failing, self.next_node = path, {}, {}, ROOT + 1
        self.nodes = {}         # also of those that are removed
        self.hanging, self.held, self.lock = set(), [], threading.Lock()
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        os.makedirs(path, exist_ok=True)
        mount("fuse", path, "fuse", options="fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other"
              ",default_permissions" % self.device)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        """Whoever hangs in here gets an error, and so does who comes later."""
        check(LIBC.umount2(self.path.encode(), MNT_FORCE | MNT_DETACH), "umount " + self.path)
        self.thread.join()
        os.close(self.device)

    # --- trouble ---

    def hang(self, *operations):
        with self.lock:
            self.hanging = set(operations)

    def come_back(self):
        """What has hung is done now, in its order."""
        with self.lock:
            self.hanging, held, self.held = set(), self.held, []
            for request in held:
                self.handle(*request)

    def is_waited_for(self):
        return bool(self.held)

    def text(self, name):
        with self.lock:
            return bytes(self.files[name].data) if name in self.files else b""

    # --- the protocol ---

    def serve(self):
        while True:
            try:
                request = os.read(self.device, MAX_WRITE + 4096)
            except OSError as e:
                if e.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                    continue
                return
            code, unique, node, uid, gid = struct.unpack_from("<4xIQQII", request)
            request = OPERATIONS.get(code), unique, node, (uid, gid), request[40:]
            with self.lock:
                if request[0] in self.hanging:
                    self.held.append(request)
                else:
                    self.handle(*request)

    def handle(self, operation, unique, node, owner, body):
        if operation in SILENT:
            return
        try:
            if operation in self.failing:
                raise OSError(self.failing[operation], operation)
            if not operation:
                raise OSError(errno.ENOSYS, "")
            answer, code = getattr(self, "do_" + operation)(node, owner, body) or b"", 0
        except OSError as e:
            answer, code = b"", -e.errno
        try:
            os.write(self.device, struct.pack("<IiQ", 16 + len(answer), code, unique) + answer)
        except OSError:
            pass    # it was aborted, or who asked was killed

    def attributes(self, node):
        if node == ROOT:
            size, mode, links, owner = 0, stat.S_IFDIR | 0o755, 2, (0, 0)
        else:
            f = self.nodes[node]
            size, mode, owner = len(f.data), stat.S_IFREG | f.mode, f.owner
            links = int(f in self.files.values())
        return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, mode, links,
                           owner[0], owner[1], 0, 4096, 0)

    def entry(self, f):
        return struct.pack("<4Q2I", f.node, 0, 0, 0, 0, 0) + self.attributes(f.node)

    def named(self, body):
        name = body.split(b"\0")[0].decode()
        if name not in self.files:
            raise OSError(errno.ENOENT, name)
        return name

    # --- the operations ---

    def do_init(self, _node, _owner, body):
        ahead = struct.unpack_from("<2I", body, 8)[0]
        return struct.pack("<4I2H2I2H8I", 7, 31, ahead, 1 << 22, 16, 12, MAX_WRITE, 1,
                           MAX_WRITE // 4096, 0, *[0] * 8)

    def do_lookup(self, _node, _owner, body):
        return self.entry(self.files[self.named(body)])

    def do_getattr(self, node, _owner, _body):
        return struct.pack("<QII", 0, 0, 0) + self.attributes(node)

    def do_setattr(self, node, owner, body):
        valid, size, mode = struct.unpack_from("<I12xQ", body) + struct.unpack_from("<I", body, 68)
        f = self.nodes[node]
        if valid & 1:
            f.mode = mode & 0o7777
        if valid & 8:
            f.data = f.data[:size].ljust(size, b"\0")
        return self.do_getattr(node, owner, body)

    def do_create(self, node, owner, body):
        f = File(self.next_node, struct.unpack_from("<I", body, 4)[0] & 0o7777, owner)
        self.next_node += 1
        self.files[body[16:].split(b"\0")[0].decode()] = self.nodes[f.node] = f
        return self.entry(f) + self.do_open(node, owner, body)

    def do_open(self, *_):
        return struct.pack("<QII", 0, 0, 0)

    def do_write(self, node, _owner, body):
        offset, size = struct.unpack_from("<8xQI", body)
        data = self.nodes[node].data
        data[len(data):] = bytes(max(0, offset - len(data)))
        data[offset:offset + size] = body[40:40 + size]
        return struct.pack("<II", size, 0)

    def do_read(self, node, _owner, body):
        offset, size = struct.unpack_from("<8xQI", body)
        return bytes(self.nodes[node].data[offset:offset + size])

    def do_unlink(self, _node, _owner, body):
        del self.files[self.named(body)]

    def do_rename(self, _node, _owner, body):
        old, new = body[8:].split(b"\0")[:2]
        self.files[new.decode()] = self.files.pop(self.named(old))

    def do_rename2(self, node, owner, body):
        self.do_rename(node, owner, body[8:])

    def do_statfs(self, *_):
        return struct.pack("<5Q10I", 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 4096, 255, 4096,
                           *[0] * 7)

    def do_readdir(self, _node, _owner, body):
        return b""      # nobody here lists what is in it

    do_opendir = do_open

    def do_flush(self, *_):
        pass

    do_fsync = do_release = do_releasedir = do_flush
