"""Notes for pages that have none in their text."""

#: Pages, or folders of pages, whose examples another end-to-end test runs.
RUN_ELSEWHERE = {"docs/reference": "test_reference.py", "docs/mistakes.md": "test_mistakes.py", "docs/errors.md": "test_error_codes.py"}

#: Notes of other tests, by their first word: those tests run the blocks behind them.
NOTES_OF_OTHERS = {"screen": "test_repl_screens.py"}

#: Notes by page and by the first line of a block, as they would stand in comments before it.
MORE_NOTES = {
    "README.md": {
        "scripts/quickstart    # installs what is missing, builds, writes and crawls sample data, runs the sales job, shows its result": ["run by: test_quickstart.py"],
        "mastic crawl sample/raw_transactions --database sales_db": [
            "sh\nmastic run $REPOSITORY/scripts/sample_data.lua --target sample\n"
            "mastic crawl sample/raw_transactions --database sales_db\n"
            "mastic run sales.lua --JOB_NAME sales --target out/ --job-bookmark-option job-bookmark-enable",
            "commands"],
        "warning: Scan sales_db.raw_transactions: 8 error records; the first: .../2024-01-05.csv, line 251: record has 11 fields, expected 7": [
            "says", "figures differ"],
    },
}
