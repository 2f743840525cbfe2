"""Compares random row functions over random records: lifted, interpreted, and in a plain Lua.

usage: python3 -m fuzz [--seed N] [--pairs N] [--mastic BIN] [--lua BIN] [--keep DIR] [--most N] [--raw]
"""
import argparse
import os
import shutil
import sys
import tempfile

from . import session


def main():
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Compares random row functions over random records: lifted, interpreted, and in a plain Lua.")
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    parser.add_argument("--seed", type=int, default=1, help="the first round's seed; each round has the next (default: 1)")
    parser.add_argument("--pairs", type=int, default=120_000, help="how many pairs of a function and a record, at least (default: 120000)")
    parser.add_argument("--mastic", default=os.environ.get("MASTIC", os.path.join(root, ".build", "release", "mastic")), help="the binary")
    parser.add_argument("--lua", default="lua5.4", help="the plain Lua (default: lua5.4)")
    parser.add_argument("--keep", default=os.path.join(root, ".build", "fuzz"), help="where reproductions are written (default: .build/fuzz)")
    parser.add_argument("--most", type=int, default=10, help="how many differences to make small before giving up (default: 10)")
    parser.add_argument("--raw", action="store_true", help="leave functions as large as they were found")
    options = parser.parse_args()
    for program in (options.mastic, options.lua):
        if not shutil.which(program):
            parser.error(f"there is no program '{program}'")
    with tempfile.TemporaryDirectory(prefix="mastic-fuzz-") as folder:
        result = session.run(folder, os.path.abspath(options.mastic), options.lua, options.seed, options.pairs, keep=options.keep, most=options.most,
                             shrinks=not options.raw, say=lambda text: print(text, flush=True))
    sys.exit(0 if result.is_clean else 1)


main()
