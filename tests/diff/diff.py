#!/usr/bin/python3
"""diff.py - random lives, by Supervisor's own Subprocess class and by our table of states.

usage: diff.py LIVES-PROGRAM [COUNT [FIRST-SEED]]
Both live on a made-up clock. Each change of state must be the same, with its count of tries and
its pid, and each signal. Exits 77 where Debian's package supervisor is not installed.
"""
import errno
import random
import subprocess
import sys

try:
    from supervisor import events, process
    from supervisor.datatypes import RestartUnconditionally, RestartWhenExitUnexpected
    from supervisor.states import RUNNING_STATES, ProcessStates
    from supervisor.tests.base import DummyOptions, DummyPConfig
except ImportError:
    print("Debian's package supervisor is not installed")
    sys.exit(77)

# In the order of enum proc_state and enum proc_input of src/svd/procfsm.h.
STATES = [ProcessStates.STOPPED, ProcessStates.STARTING, ProcessStates.RUNNING,
          ProcessStates.BACKOFF, ProcessStates.STOPPING, ProcessStates.EXITED,
          ProcessStates.FATAL, ProcessStates.UNKNOWN]
IN_START, IN_GIVE_UP, IN_STOP = 0, 6, 7
AUTORESTART = [False, RestartUnconditionally, RestartWhenExitUnexpected]


class Clock:
    now = 0.0

    def time(self):
        return Clock.now


class TheirLife:
    """Supervisor's class with a kernel that we make up, and a script of what happened to it."""

    def __init__(self, rng):
        self.rng = rng
        self.spawn_fails = self.kill_fails = False
        self.next_pid = 100
        self.script, self.trace = [], []
        startsecs, retries = rng.choice([0, 1, 1, 3, 10]), rng.choice([0, 1, 3])
        stopwait, autorestart = rng.choice([1, 3, 10]), rng.choice([0, 1, 2])
        self.options = DummyOptions()
        self.options.fork, self.options.kill = self.fork, self.kill
        self.p = process.Subprocess(DummyPConfig(
            self.options, "p", "p", "/bin/cat", autostart=False, exitcodes=(0,), stopsignal=15,
            autorestart=AUTORESTART[autorestart], startsecs=startsecs, startretries=retries,
            stopwaitsecs=stopwait))
        self.p.get_execv_args = self.execv_args
        events.clear()
        events.subscribe(events.ProcessStateEvent, self.note)
        self.say("life", retries, startsecs, stopwait, autorestart)

    def say(self, *words):
        self.script.append(" ".join(map(str, words)))

    # --- the kernel ---

    def fork(self):
        self.next_pid += 1
        return self.next_pid - 1

    def kill(self, pid, signo):
        if self.kill_fails:
            raise OSError(errno.EPERM, "no")
        self.trace.append("!%d" % signo)

    def execv_args(self):
        if self.spawn_fails:
            raise process.BadCommand("no")
        return "/bin/cat", ["cat"]

    def note(self, event):
        to = next(i for i, s in enumerate(STATES) if type(event) is self.p.event_map[s])
        self.trace.append("%d>%d/%d/%d" % (STATES.index(event.from_state), to, self.p.backoff,
                                           self.p.pid))

    # --- the life ---

    def settle(self):
        before = None
        while self.p.state != before:
            before = self.p.state
            self.p.transition()

    def pass_time(self):
        Clock.now += self.rng.uniform(0.05, self.rng.choice([0.5, 2, 5, 12]))
        self.spawn_fails, self.kill_fails = self.rng.random() < 0.25, self.rng.random() < 0.05
        self.say("fails", int(self.spawn_fails), int(self.kill_fails))
        self.say("time", Clock.now)
        self.settle()

    def start(self):
        idle = self.p.state not in RUNNING_STATES and self.p.state != ProcessStates.STOPPING
        if idle and self.options.mood == 1:
            self.p.spawn()
            self.settle()
            self.say("input", IN_START)

    def stop(self):
        if self.p.state in RUNNING_STATES:
            self.p.stop()
            self.say("input", IN_STOP)

    def exit(self, code):
        if self.p.pid:
            self.p.finish(self.p.pid, code << 8)
            self.settle()
            self.say("exit", int(code == 0))

    def shut_down(self):
        if self.options.mood == 1:
            self.options.mood = -1
            self.say("shutdown")

    def go_on_shutting_down(self):
        if self.options.mood == 1:
            return
        if self.p.state in (ProcessStates.RUNNING, ProcessStates.STARTING):
            self.stop()
        elif self.p.state == ProcessStates.BACKOFF:
            self.p.give_up()
            self.say("input", IN_GIVE_UP)

    def live(self):
        acts = [lambda: None, self.start, self.stop, lambda: self.exit(0), lambda: self.exit(1),
                self.shut_down]
        for _ in range(self.rng.randint(5, 60)):
            self.pass_time()
            if self.p.state == ProcessStates.UNKNOWN:
                break       # Supervisor's main loop ends with an assertion from here on
            Clock.now += 1e-4       # whatever happens is later than the spawn
            self.say("later", Clock.now)
            self.rng.choices(acts, [3, 4, 3, 3, 3, 0.2])[0]()
            self.go_on_shutting_down()
        self.say("end")
        self.trace.append("=%d" % STATES.index(self.p.state))
        return "\n".join(self.script) + "\n", " ".join(self.trace)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    process.time = Clock()
    lives = []
    for seed in range(first, first + count):
        Clock.now = 1e6
        lives.append(TheirLife(random.Random(seed)).live())
    ours = subprocess.run([sys.argv[1]], input="".join(script for script, _ in lives), check=True,
                          stdout=subprocess.PIPE, universal_newlines=True).stdout.splitlines()
    assert len(ours) == count
    different = [i for i in range(count) if ours[i] != lives[i][1]]
    for i in different[:3]:
        print("seed %d\n  supervisor %s\n  svd        %s" % (first + i, lives[i][1], ours[i]))
    changes = sum(trace.count(">") for _, trace in lives)
    print("%d lives with %d changes of state, %d differ" % (count, changes, len(different)))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
