"""Runs the four programs that run.sh has built in the current folder, and prints the tables of ../comparison.md."""

import json
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

TOOLS = ["aws-cdk", "rusty-cdk", "troposphere", "cloudcart"]
BENCH = {
    "aws-cdk": ["node", "aws-cdk/out/bench.js"],
    "rusty-cdk": ["target/release/orders"],
    "troposphere": ["venv/bin/python", "troposphere/bench.py"],
    "cloudcart": ["target/release/cloudcart"],
}
SOURCE = {
    "aws-cdk": "orders.ts",
    "rusty-cdk": "src/orders.rs",
    "troposphere": "orders.py",
    "cloudcart": "src/orders.rs",
}
EDIT = {
    "aws-cdk": "cd aws-cdk && { npx tsc >tsc.txt; node out/bench.js orders; }",
    "rusty-cdk": "cd rusty-cdk && cargo run -q --release --bin orders -- orders",
    "troposphere": "venv/bin/python troposphere/bench.py orders",
    "cloudcart": "cd cloudcart && cargo run -q --release --bin cloudcart -- orders",
}
MISTAKES = [
    "required property missing",
    "misspelt property name",
    "misspelt enum value",
    "number out of range",
    "misspelt IAM action",
    "queue ARN where a role ARN is asked",
    "reference to an undeclared resource",
    "attribute that the type does not have",
    "resource of another stack, no export",
    "circular dependency",
    "`Fn::Sub` placeholder not supplied",
    "queue visibility below its consumer's timeout",
    "batch size 100 without a window",
    "reserved environment variable",
    "environment over 4 KB",
    "integration without invoke permission",
    "action `*` on resource `*`",
    "secret literal in the environment",
    "key attribute without definition",
    "501 resources",
]
UNWRITABLE = {
    ("aws-cdk", 9): "the output and the `Fn::GetStackOutput` that reads it are made by themselves",
    ("aws-cdk", 16): "`HttpLambdaIntegration` always adds the permission",
    ("aws-cdk", 19): "`Table` makes the definitions from the keys",
    ("rusty-cdk", 6): "a function always makes its own role",
    ("rusty-cdk", 10): "no `DependsOn`; a reference exists only once its resource is built",
    ("rusty-cdk", 13): "the batch size cannot be set",
    ("rusty-cdk", 16): "a route always brings its permission",
    ("rusty-cdk", 19): "the definitions are made from the keys",
    ("cloudcart", 10): "`after` takes a handle, which exists only once its resource is added",
    ("cloudcart", 16): "`easy::HttpApi` always adds the permission",
    ("cloudcart", 19): "`easy::Table` makes the definitions from the keys",
}


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def first(pattern, text):
    """The first line that matches, shortened to what matches."""
    return next(found.group(0).strip() for line in text.splitlines() if (found := re.search(pattern, line)))


def lint(template):
    """What cfn-lint says, errors before warnings."""
    found = json.loads(run(["venv/bin/cfn-lint", "--format", "json"], input=template).stdout or "[]")
    return sorted(f"{it['Rule']['Id']} {it['Message']}" for it in found)


def after_render(ran, pattern):
    if ran.returncode:
        return "render", first(pattern, ran.stderr)
    # W3005 is about a needless DependsOn, which every CDK function with a role has.
    said = [it for it in lint(ran.stdout) if not it.startswith("W3005")]
    return ("cfn-lint", said[0]) if said else ("never", "")


def cdk(name):
    source = Path("aws-cdk/mistakes.ts").read_text().splitlines()
    for line in Path("aws-cdk/tsc.txt").read_text().splitlines():
        if error := re.match(r"mistakes\.ts\((\d+),\d+\): (.*)", line):
            where = next(m.group(1) for at in source[int(error[1]) - 1 :: -1] if (m := re.match(r"  (m\d+x?):", at)))
            if where == name:
                return "compile", error[2]
    return after_render(run(["node", "aws-cdk/out/mistakes.js", name]), r"«.*|^ERROR .*")


def rust(folder, program, name):
    """Compiled with the mistake in it, and run."""
    command = ["cargo", "rustc", "-q", "--release", "--message-format", "short", "--bin", program]
    built = run([*command, "--", "--cfg", f'mistake="{name}"'], cwd=folder)
    if built.returncode:
        return "compile", first(r"error(\[|:).*", built.stderr)
    return after_render(run([f"target/release/{program}"]), r"^(?!thread).*\S.*")


def rusty(name):
    return rust("rusty-cdk", "mistakes", name)


def cloudcart(name):
    stage, said = rust("cloudcart", "cloudcart-mistakes", name)
    return ("check" if stage == "render" else stage), said


def troposphere(name):
    return after_render(run(["venv/bin/python", "troposphere/mistakes.py", name]), r"^\w+Error: .*")


CATCH = {"aws-cdk": cdk, "rusty-cdk": rusty, "troposphere": troposphere, "cloudcart": cloudcart}


def names(tool):
    path, pattern = {
        "aws-cdk": ("mistakes.ts", r"^  (m\d\dx?):"),
        "rusty-cdk": ("src/bin/mistakes.rs", r'mistake = "(m\d\dx?)"'),
        "troposphere": ("mistakes.py", r"^def (m\d\dx?)\("),
        "cloudcart": ("src/bin/mistakes.rs", r'mistake = "(m\d\dx?)"'),
    }[tool]
    return re.findall(pattern, Path(tool, path).read_text(), re.MULTILINE)


def milliseconds(values):
    """The median, and the best in brackets: other work on the machine can only make a run slower."""
    short = lambda value: f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"{short(statistics.median(values))} ({short(min(values))})"


def whole(command, times=10):
    """The milliseconds of whole processes: on the clock, and of the processor."""
    clock, processor = [], []
    for _ in range(times):
        start = time.perf_counter()
        with open("rendered.json", "w") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        clock.append((time.perf_counter() - start) * 1000)
        processor.append((usage.ru_utime + usage.ru_stime) * 1000)
        assert status == 0 and Path("rendered.json").stat().st_size, command
    return clock, processor


def edit(tool):
    """From a touched source to the template: compiling, where there is something to compile, and rendering."""

    def once():
        Path(tool, SOURCE[tool]).touch()
        return whole(["bash", "-c", EDIT[tool]], times=1)[0][0]

    return [once() for _ in range(5)]


def lines(tool):
    # The example of CloudCart has a `main` that prints; the others leave that to the bench.
    text = Path(tool, SOURCE[tool]).read_text().split("\nfn main")[0]
    return sum(1 for line in text.splitlines() if line.strip() and not re.match(r'\s*(//|"""|#)', line))


def row(title, cell):
    print(f"| {title} | {' | '.join(str(cell(tool)) for tool in TOOLS)} |")


def header(title):
    print(f"\n| {title} | {' | '.join(TOOLS)} |\n|---{'|---' * len(TOOLS)}|")


def sizes():
    template = {(r, w): run([*BENCH[r], w]).stdout.strip() for r in TOOLS for w in ("orders", "queues")}
    parsed = {key: json.loads(text) for key, text in template.items()}
    header("the small stack")
    row("lines of code", lines)
    row("resources", lambda r: len(parsed[r, "orders"]["Resources"]))
    for which in ("orders", "queues"):
        row(f"`{which}`, bytes as written", lambda r: len(template[r, which].encode()))
        row(f"`{which}`, bytes without white space", lambda r: len(json.dumps(parsed[r, which], separators=(",", ":"))))
    same = lambda r: run([*BENCH[r], "orders"]).stdout.strip() == template[r, "orders"]
    row("the same bytes twice", lambda r: "yes" if same(r) else "no")
    row("cfn-lint", lambda r: ", ".join(said[:5] for said in lint(template[r, "orders"])) or "clean")


def times():
    header("ms: median (best)")
    for which in ("orders", "queues"):
        inside = {r: [float(it) for it in run([*BENCH[r], which, "10"]).stdout.split()] for r in TOOLS}
        row(f"`{which}`, in process, 10 renders", lambda r: milliseconds(inside[r]))
        row(f"`{which}`, in process, the first of them", lambda r: f"{inside[r][0]:.2f}")
        ran = {r: whole([*BENCH[r], which]) for r in TOOLS}
        row(f"`{which}`, whole process, 10 runs", lambda r: milliseconds(ran[r][0]))
        row(f"`{which}`, whole process, processor time", lambda r: milliseconds(ran[r][1]))
    row("touched source to template, 5 runs", lambda r: milliseconds(edit(r)))


def growth():
    """How CloudCart's times grow with the template."""
    print("\n| CloudCart, ms: resources | build | render | both | check |\n|---|---|---|---|---|")
    print(run([*BENCH["cloudcart"], "sizes", "51"]).stdout.strip())


def mistakes():
    caught = {(tool, name): CATCH[tool](name) for tool in TOOLS for name in names(tool)}
    header("mistake")

    def cell(tool, number):
        code = lambda said: m.group(0) if (m := re.search(r"TS\d+|E0\d+|^[EW]\d{4}", said)) else ""
        parts = [f"cannot be written: {UNWRITABLE[tool, number]}"] if (tool, number) in UNWRITABLE else []
        for name in (f"m{number:02}", f"m{number:02}x"):
            # The first way is the usual one: where it leaves no room for the mistake, nothing is there to be caught.
            if (tool, name) in caught and (name[-1] == "x" or not parts):
                stage, said = caught[tool, name]
                parts.append(("x: " if name[-1] == "x" else "") + f"{stage} {code(said)}".strip())
        return "; ".join(parts)

    for number, title in enumerate(MISTAKES, 1):
        row(f"{number} {title}", lambda tool: cell(tool, number))
    for stage in ("compile", "render", "cfn-lint", "never", "cannot be written"):
        # A check of CloudCart is to it what rendering is to the others: the last thing before anything is sent.
        begins = (stage, "check") if stage == "render" else (stage,)
        row(f"**{stage}**", lambda tool: sum(cell(tool, number).startswith(begins) for number in range(1, 21)))
    for tool in TOOLS:
        print(f"\n## {tool}\n")
        for (whose, name), (stage, said) in sorted(caught.items()):
            if whose == tool and said:
                print(f"- {name[1:]} {stage}: `` {said} ``")
    print("\n## rusty-cdk: what the small stack had to leave out\n")
    for name in ("redrive", "routes"):
        stage, said = rusty(name)
        print(f"- {name}, {stage}: `` {said} ``")


if __name__ == "__main__":
    sizes()
    times()
    growth()
    mistakes()
