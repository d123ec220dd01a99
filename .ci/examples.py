"""Runs the commands of a document and compares what they print with what the document says they print.

usage: examples.py [--write] DOCUMENT

Commands are the lines of `console` blocks that start with `$ `; a backslash at the end of a line goes on in the next one. All of a
document's commands run in one shell, in order, with the environment of this process. What differs between two runs of a sound
shop (ids, tokens, cursors, times) is compared by its form alone. `--write` puts what was printed into the document instead.
"""

import difflib
import re
import subprocess
import sys
import uuid

# Longest first: an order's token holds what would also be taken for a cart's.
FORMS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<order>"),
    (r"\bot_[A-Za-z0-9_-]{43}", "<order token>"),
    (r"(?<=[?&]cursor=)[A-Za-z0-9_.%-]+", "<cursor>"),
    (r"(?<=x-next-cursor: )\S+", "<cursor>"),
    (r"(?<![A-Za-z0-9_/-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "<cart token>"),
    (r'(?<="requestId":")[^"]+', "<request>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>"),
    (r"(?<=Max-Age=)\d+", "<seconds>"),
]


def masked(text):
    for form, name in FORMS:
        text = re.sub(form, name, text)
    return text


def parts(document):
    """The document as (kind, lines): text, command, output."""
    inside, result = False, []
    for line in document.splitlines():
        if line.startswith("```"):
            inside = line == "```console"
            result.append(("text", [line]))
        elif inside and line.startswith("$ "):
            result.append(("command", [line]))
        elif inside and result[-1][0] == "command" and result[-1][1][-1].endswith("\\"):
            result[-1][1].append(line)
        elif inside and result[-1][0] in ("command", "output"):
            if result[-1][0] == "command":
                result.append(("output", []))
            result[-1][1].append(line)
        else:
            result.append(("text", [line]))
    return result


def run(commands):
    """What each command prints, standard error included."""
    end = f"end-{uuid.uuid4().hex}"
    script = "".join(f"{command}\necho {end}\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300, check=False
    )
    printed = done.stdout.decode().replace("\r", "").split(f"{end}\n")
    assert len(printed) == len(commands) + 1, f"the shell ended early:\n{done.stdout.decode()}"
    # curl leaves no line break behind a body.
    return [output.rstrip("\n") for output in printed[:-1]]


def main():
    write, path = "--write" in sys.argv, sys.argv[-1]
    with open(path, encoding="utf-8") as file:
        document = parts(file.read())
    commands = ["\n".join(lines)[2:] for kind, lines in document if kind == "command"]
    assert commands, f"{path} has no commands"
    printed = iter(run(commands))
    lines, said, expected = [], [], []
    for at, (kind, own) in enumerate(document):
        if kind == "output":
            continue
        lines += own
        if kind == "command":
            output = next(printed)
            follows = document[at + 1] if at + 1 < len(document) else ("text", [])
            expected += own + (follows[1] if follows[0] == "output" else [])
            said += own + (output.split("\n") if output else [])
            lines += output.split("\n") if output else []
    if write:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return 0
    expected, said = [masked(line) for line in expected], [masked(line) for line in said]
    difference = list(difflib.unified_diff(expected, said, path, "what was printed", lineterm="", n=2))
    print("\n".join(difference) if difference else f"{path}: {len(commands)} commands print what it says")
    return 1 if difference else 0


sys.exit(main())
