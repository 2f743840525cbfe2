"""scripts/docs: runs the examples of pages and says what is not as they show it."""
import argparse
import os
import sys
import time

from .notes import MORE_NOTES
from .page import PageError, pages_of
from .runner import run_page


def main():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    parser = argparse.ArgumentParser(prog="scripts/docs", description="Runs the examples of the documentation and compares what they print with what the pages show.")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="a page, such as docs/sql.md; all if none is named")
    parser.add_argument("--fix", action="store_true", help="writes what is printed into the page where it shows something else; read it before you commit it")
    parser.add_argument("--mastic", default=os.environ.get("MASTIC", os.path.join(root, ".build", "release", "mastic")), help="the binary")
    options = parser.parse_args()

    totals, failed = [0, 0, 0], 0
    for page in options.pages or [os.path.join(root, name) for name in pages_of(root)]:
        path = os.path.abspath(page)
        name = os.path.relpath(path, root) if path.startswith(root + os.sep) else page
        began = time.monotonic()
        try:
            run = run_page(path, name, os.path.abspath(options.mastic), root, MORE_NOTES.get(name))
        except PageError as error:
            print(error)
            failed += 1
            continue
        print(f"{name}: {run.ran} run, {len(run.elsewhere)} run by other tests, {len(run.skipped)} not run, {len(run.findings)} wrong, {time.monotonic() - began:.1f} s")
        for block, reason in run.skipped:
            print(f"  {block} is not run: {reason}")
        for finding in run.findings:
            print(f"\n{finding}\n")
        if options.fix:
            fix(path, run.findings)
        failed += len(run.findings)
        totals = [totals[0] + run.ran, totals[1] + len(run.elsewhere), totals[2] + len(run.skipped)]
    print(f"{totals[0]} blocks run, {totals[1]} run by other tests, {totals[2]} not run, {failed} wrong")
    return 1 if failed else 0


def fix(path, findings):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    places = {finding.first: finding for finding in findings if finding.lines is not None}
    for first in sorted(places, reverse=True):
        lines[first:places[first].last] = places[first].lines
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


sys.exit(main())
