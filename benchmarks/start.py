"""How long a command takes to start, beside the bare import of the libraries that its work stands on.

A newsroom as `marsad init` writes it, one article, the cache warm. The peer reads no rule and no word: it imports PyYAML,
simplemma and regex, and ends. They take turns; figures are CPU time of the whole process, user and system.

python benchmarks/start.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARSAD = "import sys; from bot.cli import main; sys.argv[0] = 'marsad'; main()"
LIBRARIES = "import yaml, simplemma, regex"
KEPT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
"""The surroundings without what keeps Python from writing bytecode: nobody reads the sources at every start."""
ARTICLE = {
    "id": 1,
    "title": "زلزال بقوة ست درجات يضرب شمال البلاد",
    "lead": "قالت السلطات إن الزلزال أدى إلى انهيار مبانٍ قديمة، وإن فرق الإنقاذ تبحث عن ناجين",
    "body": "وأضافت وزارة الصحة أن عشرات الجرحى نقلوا إلى المستشفيات القريبة.",
}


def cpu_seconds(room: Path, *command: str) -> float:
    """Return the CPU time of one process, which must end well."""
    running = subprocess.Popen(
        [sys.executable, "-c", *command],
        cwd=room,
        env={**KEPT, "PYTHONPATH": str(ROOT), "MARSAD_CACHE": str(room / "cache")},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, command
    return used.ru_utime + used.ru_stime


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        cpu_seconds(room, MARSAD, "init", ".")
        (room / "rows.jsonl").write_text(json.dumps(ARTICLE, ensure_ascii=False) + "\n", encoding="utf-8")
        match = ("match", "--jsonl", "rows.jsonl")
        print(f"first start, which builds the cache: {cpu_seconds(room, MARSAD, *match):.2f} s of CPU")
        programs = {
            "python -c pass": ("pass",),
            LIBRARIES: (LIBRARIES,),
            "marsad --help": (MARSAD, "--help"),
            "marsad match --jsonl": (MARSAD, *match),
        }
        taken = {name: [cpu_seconds(room, *program)] for name, program in programs.items()}  # the bytecode is kept now
        for _ in range(rounds):
            for name, program in programs.items():
                taken[name].append(cpu_seconds(room, *program))
    least = min(taken[LIBRARIES][1:])
    print("| program | least, s of CPU | median | beside the imports |\n|---|---|---|---|")
    for name, seconds in taken.items():
        best, middle = min(seconds[1:]), statistics.median(seconds[1:])
        print(f"| `{name}` | {best:.3f} | {middle:.3f} | {best / least:.2f} times |")


if __name__ == "__main__":
    main()
