"""Compares random SQL over random tables: Mastic's answers and those of DuckDB, or of PySpark.

usage: python3 -m differential [--seed N] [--queries N] [--mastic BIN] [--keep DIR] [--most N] [--spark PYTHON] [--raw]
"""
import argparse
import os
import shutil
import sys
import tempfile

from . import session


def main():
    parser = argparse.ArgumentParser(prog="scripts/differential", description="Compares random SQL over random tables: Mastic's answers and those of DuckDB, or of PySpark.")
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    parser.add_argument("--seed", type=int, default=1, help="the first round's seed; each round has the next (default: 1)")
    parser.add_argument("--queries", type=int, default=2000, help="how many queries, at least (default: 2000)")
    parser.add_argument("--mastic", default=os.environ.get("MASTIC", os.path.join(root, ".build", "release", "mastic")), help="the binary")
    parser.add_argument("--keep", default=os.path.join(root, ".build", "differential"), help="where reproductions are written (default: .build/differential)")
    parser.add_argument("--most", type=int, default=10, help="how many differences to make small before giving up (default: 10)")
    parser.add_argument("--spark", metavar="PYTHON", help="compare with PySpark 4.0 in place of DuckDB: a Python that has it")
    parser.add_argument("--raw", action="store_true", help="leave queries as large as they were found")
    options = parser.parse_args()
    if not shutil.which(options.mastic):
        parser.error(f"there is no program '{options.mastic}'")
    with tempfile.TemporaryDirectory(prefix="mastic-differential-") as folder:
        result = session.run(folder, os.path.abspath(options.mastic), options.seed, options.queries, keep=os.path.abspath(options.keep), most=options.most,
                             shrinks=not options.raw, against=options.spark, say=lambda text: print(text, flush=True))
    sys.exit(0 if result.is_clean else 1)


main()
