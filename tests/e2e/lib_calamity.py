"""lib_calamity.py - logs in trouble: what goes wrong with one, how it is put right, what was in it.

Each has the life of its program's log: `prepare` before svd runs, `strike`, `relieve`, and `text`,
all that ever got there, whatever has become of the file.
"""
import contextlib
import errno
import fcntl
import os
import shutil

import lib_fuse


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


class Calamity:
    reopens = False     # it is noticed by SIGUSR2

    def __init__(self, name, box):
        self.name, self.directory = name, box + "/" + name
        self.path = self.directory + "/x.log"

    def prepare(self):
        os.mkdir(self.directory)

    def done(self):
        pass

    def text(self):
        return read(self.path)


class Full(Calamity):
    """A disk without space."""

    def prepare(self):
        super().prepare()
        lib_fuse.mount("none", self.directory, "tmpfs", 0, "size=256k")

    def strike(self):
        with contextlib.suppress(OSError), open(self.directory + "/filler", "wb", 0) as f:
            while True:
                f.write(b"x" * 4096)

    def relieve(self):
        os.unlink(self.directory + "/filler")

    def done(self):
        lib_fuse.unmount(self.directory)


class Gone(Calamity):
    """A directory that somebody removes, and makes again."""

    old = None      # the file that was in it

    def strike(self):
        self.old = open(self.path, "rb")
        shutil.rmtree(self.directory)

    def relieve(self):
        os.mkdir(self.directory)

    def text(self):
        if self.old:
            self.old.seek(0)
        return (self.old.read() if self.old else b"") + read(self.path)

    def done(self):
        if self.old:
            self.old.close()


class ReadOnly(Calamity):
    """A file system is read-only; it cannot become that under a file that is open for writing."""

    reopens = True
    READ_ONLY, REMOUNT = 1, 32

    def prepare(self):
        os.mkdir(self.directory + ".before")
        os.symlink(self.directory + ".before", self.directory)
        os.mkdir(self.directory + ".disk")
        lib_fuse.mount("none", self.directory + ".disk", "tmpfs", self.READ_ONLY)

    def strike(self):
        os.symlink(self.directory + ".disk", self.directory + ".new")
        os.rename(self.directory + ".new", self.directory)

    def relieve(self):
        lib_fuse.mount("none", self.directory + ".disk", None, self.REMOUNT)

    def text(self):
        return read(self.directory + ".before/x.log") + read(self.directory + ".disk/x.log")

    def done(self):
        lib_fuse.unmount(self.directory + ".disk")


class Fifo(Calamity):
    """A FIFO whose reader stops reading for a while."""

    def prepare(self):
        super().prepare()
        os.mkfifo(self.path)
        self.reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, 4096)
        self.reads, self.got = True, b""

    def strike(self):
        self.reads = False

    def relieve(self):
        self.reads = True

    def text(self):
        with contextlib.suppress(BlockingIOError):
            piece = self.reads and os.read(self.reader, 65536)
            while piece:
                self.got += piece
                piece = os.read(self.reader, 65536)
        return self.got

    def done(self):
        os.close(self.reader)


class Sick(Calamity):
    """A file system in which operations fail or hang."""

    def __init__(self, name, box, operations, code=None, reopens=False):
        super().__init__(name, box)
        self.operations, self.code, self.reopens = operations, code, reopens

    def prepare(self):
        self.fuse = lib_fuse.Fuse(self.directory)

    def strike(self):
        if self.code:
            self.fuse.failing = dict.fromkeys(self.operations, self.code)
        else:
            self.fuse.hang(*self.operations)

    def relieve(self):
        self.fuse.failing = {}
        self.fuse.come_back()

    def text(self):
        return self.fuse.text("x.log")

    def done(self):
        self.fuse.close()


def all_of_them(box):
    everything = [name for name in lib_fuse.OPERATIONS.values() if name not in lib_fuse.SILENT]
    return [
        Full("full", box), Gone("gone", box), ReadOnly("readonly", box), Fifo("fifo", box),
        Sick("eio", box, ["write"], errno.EIO),
        Sick("erofs", box, ["write", "open", "create"], errno.EROFS),
        Sick("write", box, ["write"]),
        Sick("open", box, ["open"], reopens=True),
        Sick("flush", box, ["flush"], reopens=True),
        Sick("dead", box, everything),
    ]
