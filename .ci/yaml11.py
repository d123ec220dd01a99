"""Compares pairs of files, x.json and x.yaml, as PyYAML reads them: YAML 1.1, by its own parser and by libyaml's.

usage: yaml11.py FOLDER...
"""

import json
import pathlib
import sys

import yaml


def difference(left, right, path="$"):
    """Where two values differ in type, order or value; None if they do not."""
    if type(left) is not type(right):
        return f"{path}: {left!r} is {type(left).__name__}, {right!r} is {type(right).__name__}"
    if isinstance(left, dict):
        if list(left) != list(right):
            return f"{path}: keys {list(left)!r} and {list(right)!r}"
        pairs = ((left[key], right[key], f"{path}.{key}") for key in left)
    elif isinstance(left, list):
        if len(left) != len(right):
            return f"{path}: {len(left)} and {len(right)} items"
        pairs = ((one, other, f"{path}[{index}]") for index, (one, other) in enumerate(zip(left, right)))
    else:
        return None if left == right else f"{path}: {left!r} and {right!r}"
    return next(filter(None, (difference(*pair) for pair in pairs)), None)


def failures(json_path, loaders):
    expected = json.loads(json_path.read_bytes())
    text = json_path.with_suffix(".yaml").read_bytes()
    for loader in loaders:
        try:
            found = difference(expected, yaml.load(text, Loader=loader))
        except (yaml.YAMLError, ValueError) as error:
            found = str(error)
        if found:
            yield f"{json_path.with_suffix('.yaml')}: {loader.__name__}: {found}"


def main(folders):
    loaders = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])
    # A comparison that lets these pass would prove nothing.
    for text, wrong in (("on", "on"), ("12:34", "12:34"), ("1", True), ("1.0", 1)):
        for loader in loaders:
            assert difference(wrong, yaml.load(text, Loader=loader)), f"{loader.__name__} takes {text} for {wrong!r}"
    pairs = sorted(path for folder in folders for path in pathlib.Path(folder).glob("*.json"))
    found = [line for path in pairs for line in failures(path, loaders)]
    for line in found[:20]:
        print(line, file=sys.stderr)
    readers = " and ".join(loader.__name__ for loader in loaders)
    print(f"{len(pairs)} pairs, {len(found)} differences, read by {readers}")
    return 1 if found or not pairs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
