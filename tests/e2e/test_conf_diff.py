"""The same questions to our lower floors and to the Python that wrote Supervisor's rules."""
import configparser
import io
import json
import os
import random
import shlex
import signal
import subprocess

import pytest

from lib_daemon import BUILD

PROBE = os.path.join(BUILD, "tests", "e2e", "conf_probe")
pytestmark = pytest.mark.skipif(not os.access(PROBE, os.X_OK), reason="no conf_probe is built")


def ask(mode, questions):
    run = subprocess.run([PROBE, mode], input=json.dumps(questions).encode(), check=True,
                         stdout=subprocess.PIPE)
    answers = json.loads(run.stdout.decode())
    assert len(answers) == len(questions)
    return answers


def compare(mode, questions, python):
    """Every answer must be Python's, and an error where Python has one."""
    for question, ours in zip(questions, ask(mode, questions)):
        try:
            theirs = python(question)
        except (ValueError, TypeError, KeyError, configparser.Error) as e:
            assert isinstance(ours, dict) and "error" in ours, "%r: %r but %r" % (question, ours, e)
        else:
            assert ours == theirs, "%r: %r but %r" % (question, ours, theirs)


def sentences(seed, words, count, longest):
    dice = random.Random(seed)
    return ["".join(dice.choice(words) for _ in range(dice.randrange(longest)))
            for _ in range(count)]


# --- configuration files ---

def python_ini(text):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    return [{name: dict(options) for name, options in parser._sections.items()},
            dict(parser._defaults)]


def without_lines(answer):
    if isinstance(answer, dict):
        return answer
    sections, defaults = answer
    return [{name: {option: value for option, (value, _) in options.items()}
             for name, options in sections.items()},
            {option: value for option, (value, _) in defaults.items()}]


def compare_inis(texts):
    for text, ours in zip(texts, ask("ini", texts)):
        try:
            theirs = python_ini(text)
        except configparser.Error as e:
            assert isinstance(ours, dict), "%r: %r but %r" % (text, ours, e)
        else:
            assert without_lines(ours) == theirs, text


TRICKY = [
    "", "\n\n", "; only a comment", "[a]", "[a]\n", " [a]\n b=1", "[a]\nb=1\n c\n  d\n e",
    "[a]\nb = 1 ; c\nd = 2;e\nf = 3 # g\nh = 4#i\n", "[a]\nb=1 ;2 #3\nc=1;2 ;3\nd=x;y ;z #w\n",
    "[a]\nb=1\n\n\n  2\n\n\nc=3\n\n", "[a]\nb=1\n  ; comment\n  2\n# more\n  3\n",
    "[a]\nb=\n  1\n  2\n", "[a]\nb\n", "[a]\n=b\n", "[a]\nb=1\n[a]\nb=2\nc=3\n[b]\n[a]\nd=4",
    "a=1\n[b]\n", "[a]b]c\nd=1", "[]\n", "[]]\nx=1", "[a\nb=1", "[a\n", "[a]=b\nc=d",
    "[a]\nKey=V\nKEY : v2\nkey=v3 = : x\n", "[a]\r\nb=1\r\n  2\r\nc=3\r\n", "[a]\rb=1\r\rc=2",
    "[a]\nb=1\n\t2\n        3\n\t\t4", "[a]\n  b=1\n  c=2\n   3\n  d=4\n e=5",
    "[DEFAULT]\na=1\n[b]\nc=2\n[DEFAULT]\nd=3\n[default]\ne=4", "[a]\nb=%(x)s\nc=%%\n",
    "[a]\nb=\"quoted ; not\"\nc='x'\n", "[a]\n[b=c\n", "[a]\nb = \n\n\nc=\n", "[a] ; comment\nb=1",
    "[a ;b]\nc=1", "[a;b]\nc=1", "[ a ]\n b = 1", "[a]\n\u00a0b\u00a0=\u00a0c\u00a0\u2003\n",
    "[a]\nb=c\u3000;d\ne=f\u00a0#g\n", "[a]\nb=1\x0c\n\x0bc=2\x1c\n", "[a]\nb=\u65e5\u672c\n",
    "[" + "s" * 300 + "]\n" + "n" * 300 + "=" + "v" * 100000 + "\n",
    "[a]\nb=" + "x" * 198 + " ;" + "y" * 198 + "\n", "[a]\n" + "b" * 49 + "=1\n" + "c" * 50 + "=2",
    "[a]\nb=\x01\n\x01=c\n[\x01]\n\x01=\x01", "[a]\nb=1\n   [c]\nd=2\n", "[a]\n;b=1\n  c=2\n",
    "[a]\nb=1\n[c]\n   d=2\n e=3", "[a]\nb :=1\nc= :2\nd\t=\t3", "[a]\nrem=1\nREM x=2",
]


def test_tricky_files_are_read_as_python_reads_them():
    compare_inis(TRICKY)


@pytest.mark.parametrize("seed", range(4))
def test_random_files_are_read_as_python_reads_them(seed):
    words = ["[", "]", "=", ":", ";", "#", " ", "  ", "\t", "\n", "\n", "\n ", "\n\n", "\r\n", "\r",
             "a", "B", "key", "[a]\n", "[b]\n", "[DEFAULT]\n", "key=", " ;", " #", "\n[", "]\n",
             "x" * 60, "y" * 210, "\u00e4", "\u00a0", "\u2028", "\x0b", "\x1d", "\x85", "\x01", "'",
             '"', "\\", "%", ","]
    compare_inis(["[s]\n" + text if i % 2 else text
                  for i, text in enumerate(sentences(seed, words, 1500, 40))])


def test_lines_are_counted_through_everything():
    text = "; one\n\n[a]\nb=4\n  5\n\n# 7\nc=8\r\nd=9\re=10\n"
    sections, _ = ask("ini", [text])[0]
    assert {name: line for name, (_, line) in sections["a"].items()} == \
        {"b": 4, "c": 8, "d": 9, "e": 10}


@pytest.mark.parametrize("text, message", [
    ("; c\nlost=1\n[a]", "FILE:2: File contains no section headers: 'lost=1'"),
    ("[a]\n\nb=1\njunk", "FILE:4: Source contains parsing errors: neither a [section] nor an "
     "option: 'junk'"),
    ("[a]\nb=1\n\0", "FILE:3: a NUL byte: this is no text file"),
    ("[a]\n= x", "FILE:2: Source contains parsing errors: neither a [section] nor an "
     "option: '= x'"),
])
def test_what_cannot_be_read_is_named_with_its_line(text, message):
    assert ask("ini", [text])[0] == {"error": message}


def test_a_byte_order_mark_is_no_part_of_the_file():
    assert without_lines(ask("ini", ["\ufeff[a]\nb=1\n"])[0]) == [{"a": {"b": "1"}}, {}]


# --- words, numbers, paths ---

def python_pairs(text):
    """What Supervisor 4.4 makes of environment=."""
    lexer = shlex.shlex(text, posix=True)
    lexer.wordchars += "/.+-():"
    tokens, pairs = list(lexer), {}
    for i in range(0, len(tokens), 4):
        key, equals, value = tokens[i:i + 3]
        if equals != "=":
            raise ValueError("no pair")
        pairs[key] = value
    return ["%s=%s" % pair for pair in pairs.items()]


SHELL_WORDS = ["a", "B2", " ", "\t", "\n", "'", '"', "\\", "#", "=", ",", "/", ";", "x y", "''",
               '""', "\\\"", "-", "."]


def test_commands_are_split_as_python_splits_them():
    compare("split", sentences(1, SHELL_WORDS, 5000, 16), shlex.split)


def test_environments_are_split_as_python_splits_them():
    words = SHELL_WORDS + ["K=v,", "A=1", "B=\"x,y\",", "_", "@", "(:)", "+"]
    compare("pairs", sentences(2, words, 8000, 12), python_pairs)


def test_numbers_are_read_as_python_reads_them():
    words = list("0179_-+ \n.xokb") + ["MB", "gb", "KB"]
    texts = sentences(3, words, 4000, 6)
    compare("integer", texts, int)

    def byte_size(text):
        units = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
        unit = units.get(text.lower()[-2:])
        return int(text[:-2]) * unit if unit else int(text)

    # The short forms 1k and 1 MB with blanks behind are ours alone.
    compare("bytes", [text for text in texts if text == text.strip() and
                      not text.lower().endswith("k")], byte_size)


def test_octal_numbers_are_read_as_python_reads_them():
    texts = [text for text in sentences(4, ["0", "1", "7", "8", "0o", "_", " ", "x"], 2000, 5)
             if not text.replace("_", "").strip().startswith("0o_")]

    def permissions(text):
        bits = int(text, 8)
        if not 0 <= bits <= 0o7777:
            raise ValueError("no permissions")
        return bits

    compare("octal", [text for text in texts if "o_" not in text], permissions)


def test_signals_are_known_as_python_knows_them():
    names = [name for name in dir(signal) if name.startswith("SIG") and "_" not in name]
    texts = names + [name[3:] for name in names] + [name.lower() for name in names] + \
        [str(n) for n in range(0, 130)] + ["", "SIG", "NOPE", " TERM ", "-1", "1.0"]
    known = {int(getattr(signal, name)) for name in names} | {0}

    def number(text):
        name = text.strip().upper()
        n = int(text) if text.lstrip("-").isdigit() else \
            int(getattr(signal, name if name.startswith("SIG") else "SIG" + name, -1))
        if n not in known:
            raise ValueError("no signal")
        return n

    compare("signal", texts, number)


def test_paths_are_normalised_as_python_normalises_them():
    texts = sentences(5, ["/", "/", ".", "..", "a", "b", "~", "~root", "~nobody-here"], 4000, 9)
    compare("path", texts,
            lambda path: os.path.normpath(os.path.abspath(os.path.expanduser(path))))


def test_texts_are_quoted_as_python_quotes_them():
    compare("repr", sentences(6, list("a'\"\\\n\t\x1b\x7f\u00e4"), 2000, 8), repr)


# --- expansions ---

NAMES = {"program_name": "web", "process_num": 3, "here": "/etc", "ENV_U": "\u00e4\u65e5",
         "minus": -12345, "zero": 0, "ENV_Q": "it's", "big": 2 ** 62}


def test_expansions_are_made_as_python_makes_them():
    dice = random.Random(7)
    texts = []
    for _ in range(8000):
        name = dice.choice(sorted(NAMES) + ["nobody", ""])
        flags = "".join(dice.choice("-+ #0") for _ in range(dice.randrange(3)))
        width = dice.choice(["", "", "1", "5", "12", "012"])
        precision = dice.choice(["", "", ".0", ".2", ".7", "."])
        letter = dice.choice("diuoxXrs%sdsd" + "y(l")
        if letter != "s" and name.startswith("ENV_") and letter == "r":
            flags, width, precision = "", "", ""
        texts.append("%s%%(%s)%s%s%s%s%s" % (dice.choice(["", "a", "%%", "/"]), name, flags, width,
                                             precision, letter, dice.choice(["", "b", "%%"])))
    compare("expand", [[text, NAMES] for text in texts], lambda q: q[0] % q[1])


def test_reals_are_formatted_as_python_formats_them():
    texts = ["%%(%s)%s%s%s" % (name, flags, precision, letter)
             for name in ("process_num", "minus", "zero") for flags in ("", "+", "012", "-9")
             for precision in ("", ".0", ".3") for letter in "eEfFgG"]
    compare("expand", [[text, NAMES] for text in texts], lambda q: q[0] % q[1])


@pytest.mark.parametrize("text", ["100%", "%", "%(here", "%(here)", "%y", "date +%Y", "% "])
def test_a_lone_percent_sign_is_an_error_as_in_python(text):
    compare("expand", [[text, NAMES]], lambda q: q[0] % q[1])
