"""lances.py - listeners that do the work of superlance's, with the same words on their command line
and by the same calls, for machines that do not have superlance.

lances.py crashmail -a [-o PREFIX] -m ADDRESS -s SENDMAIL
lances.py httpok -E -p PROGRAM -m ADDRESS -s SENDMAIL URL
lances.py memmon -p PROGRAM=SIZE -m ADDRESS -s SENDMAIL
lances.py fatalmailbatch --toEmail TO --fromEmail FROM --smtpHost HOST --tickEvent T --interval M
"""
import argparse
import os
import smtplib
import subprocess
import sys
import urllib.error
import urllib.request

from supervisor import childutils
from supervisor.datatypes import byte_size


def events():
    while True:
        headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
        yield headers["eventname"], childutils.get_headers(payload)
        childutils.listener.ok(sys.stdout)


def send(options, subject, text):
    with os.popen(options.s, "w") as sendmail:
        sendmail.write("To: %s\nSubject: %s\n\n%s\n" % (options.m, subject, text))


def restart(rpc, name):
    rpc.supervisor.stopProcess(name)
    rpc.supervisor.startProcess(name)


def crashmail(options):
    for event, words in events():
        if event == "PROCESS_STATE_EXITED" and words["expected"] == "0":
            send(options, "%s: %s crashed at %s" % (
                options.o, words["processname"], childutils.get_asctime()),
                "Process {processname} in group {groupname} exited unexpectedly (pid {pid}) from "
                "state {from_state}".format(**words))


def http_status(url):
    try:
        return urllib.request.urlopen(url, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return error


def httpok(options):
    rpc = childutils.getRPCInterface(os.environ)
    for _ in events():
        for info in rpc.supervisor.getAllProcessInfo():
            if info["name"] == options.p and info["statename"] == "RUNNING":
                status = http_status(options.url)
                if status != 200:
                    restart(rpc, "%s:%s" % (info["group"], info["name"]))
                    send(options, "httpok for %s: bad status returned" % options.url,
                         "status contacting %s: %s" % (options.url, status))


def memmon(options):
    rpc = childutils.getRPCInterface(os.environ)
    program, limit = options.p.split("=")
    for _ in events():
        for info in rpc.supervisor.getAllProcessInfo():
            if info["name"] == program and info["pid"]:
                rss = subprocess.run(["ps", "-orss=", "-p", str(info["pid"])],
                                     stdout=subprocess.PIPE, universal_newlines=True).stdout
                if rss and int(rss) * 1024 > byte_size(limit):
                    name = "%s:%s" % (info["group"], info["name"])
                    restart(rpc, name)
                    send(options, "memmon: process %s restarted" % name, "it had %d KB" % int(rss))


def fatalmailbatch(options):
    messages = []
    for event, words in events():
        if event == "PROCESS_STATE_FATAL":
            messages.append("Process {groupname}:{processname} failed to start too many "
                            "times".format(**words))
        elif event == options.tickEvent and messages:
            with smtplib.SMTP(options.smtpHost) as server:
                server.sendmail(options.fromEmail, [options.toEmail], "\r\n".join(messages))
            messages.clear()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lance")
    for flag in "-a", "-E":
        parser.add_argument(flag, action="store_true")
    for option in ("-o", "-m", "-s", "-p", "--toEmail", "--fromEmail", "--smtpHost", "--tickEvent",
                   "--interval"):
        parser.add_argument(option)
    parser.add_argument("url", nargs="?")
    options = parser.parse_intermixed_args()
    globals()[options.lance](options)


if __name__ == "__main__":
    main()
