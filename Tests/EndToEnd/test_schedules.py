"""Schedules: the binary's times against a search through every minute, and the table of the Swift tests against that search, croniter and systemd."""
import json
import os
import random
import re
import shutil
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import schedule_oracle as oracle
from support import LONG_TESTS, ROOT, MasticTest

try:
    from croniter import croniter
except ImportError:
    croniter = None

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Kolkata"]


def table():
    """The rows of the Swift tests: expression, zone, the moment before, and the next times."""
    with open(os.path.join(ROOT, "Tests", "JobsTests", "Scheduling", "ScheduleTable.swift"), encoding="utf-8") as file:
        rows = file.read().split('"""')[1].strip().splitlines()
    found = []
    for row in rows:
        expression, zone, start, *times = (part.strip() for part in row.split("|"))
        moment = datetime.fromisoformat(start)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        found.append((expression, zone, moment.astimezone(timezone.utc), times[0].split() if times else []))
    return found


def is_plain(zone, start, times):
    """Whether the zone's offset is the same from the day before the start to the day after the last time, so that only the readings of its clock matter."""
    if not times:
        return False
    zone = ZoneInfo(zone)
    day, last = start - timedelta(days=1), datetime.fromisoformat(times[-1].replace("Z", "+00:00")) + timedelta(days=1)
    offset = day.astimezone(zone).utcoffset()
    while day <= last:
        if day.astimezone(zone).utcoffset() != offset:
            return False
        day += timedelta(days=1)
    return True


def readings(times):
    return [datetime.fromisoformat(time.replace("Z", "+00:00")).replace(tzinfo=None) for time in times]


class TableTests(unittest.TestCase):
    def test_every_row_is_what_a_search_finds(self):
        rows = table()
        self.assertGreaterEqual(len(rows), 150)
        for expression, zone, start, times in rows:
            with self.subTest(expression=expression, zone=zone):
                self.assertEqual(oracle.times(expression, zone, start, 4), times)

    @unittest.skipUnless(croniter, "needs croniter")
    def test_croniter_agrees_where_it_has_the_same_words(self):
        compared = 0
        for expression, zone, start, times in table():
            words = oracle.for_croniter(expression)
            if words is None or not is_plain(zone, start, times) or times[-1] > "2099":
                continue
            with self.subTest(expression=expression, croniter=words):
                # A star with a step is no restriction for cron, which croniter calls cron's bug.
                after = croniter(words, start.astimezone(ZoneInfo(zone)).replace(tzinfo=None), ret_type=datetime, implement_cron_bug=True)
                self.assertEqual([after.get_next() for _ in times], readings(times))
                compared += 1
        self.assertGreater(compared, 100)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_systemd_agrees_where_it_has_the_same_words(self):
        compared = 0
        for expression, zone, start, times in table():
            words = oracle.for_systemd(expression)
            if words is None or start.year < 1970 or not is_plain(zone, start, times):
                continue
            with self.subTest(expression=expression, systemd=words):
                base = start.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
                result = subprocess.run(
                    ["systemd-analyze", "calendar", "--iterations", str(len(times)), "--base-time", base, words], capture_output=True, text=True, env={**os.environ, "TZ": "UTC"})
                if result.returncode and "Failed to parse" not in result.stderr:
                    self.skipTest(result.stderr.strip())
                found = re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", result.stdout)
                self.assertEqual([datetime.fromisoformat(time) for time in found], readings(times), result)
                compared += 1
        self.assertGreater(compared, 100)


def random_expression(generator):
    """An expression that has times: six fields or five."""
    pick = generator.choice
    is_classic = generator.random() < 0.3
    minutes = pick(["0", "30", "*", "*/15", "0/20", "5,35", "50-10/5", "59", str(generator.randrange(60)), f"{generator.randrange(60)}/{generator.randrange(1, 60)}"])
    hours = pick(["*", "2", "1", "0", "0-3", "*/2", "3/4", "22-2", "1,2", "23", str(generator.randrange(24)), f"0-{generator.randrange(1, 24)}/{generator.randrange(1, 6)}"])
    month_day = pick(["1", "L", "LW", "L-2", "15W", "1W", "31W", "*/3", "10-20", "28-3", "1,15", "25/2", str(generator.randrange(1, 29))])
    months = pick(["*", "*", "*", "3,4,10,11", "MAR-APR", "OCT-feb", "2", "*/2", str(generator.randrange(1, 13))])
    if month_day == "31W":
        months = "*"
    names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    low = 0 if is_classic else 1
    week_day = pick(["SUN", "MON-FRI", "FRI-MON", "sat,sun", "*/2", f"{low + 5}L", f"{low}#2", f"{pick(names)}#{generator.randrange(1, 5)}", f"{pick(names)}L", str(low + generator.randrange(7))])
    if is_classic:
        days = pick([("*", "*"), (month_day, "*"), ("*", week_day), (month_day, week_day)])
        # Of these both are asked for, and together they may never fit, which is refused.
        if days[0] == "*/3" and days[1][1:] in ("L", "#2"):
            days = ("*", days[1])
        text = f"{minutes} {hours} {days[0]} {months} {days[1]}"
        return text if generator.random() < 0.5 else f"cron({text})"
    days = pick([("*", "?"), ("*", "?"), ("?", "*"), (month_day, "?"), ("?", week_day)])
    years = pick(["*", "*", "*", "2026-2028", "2026/3"])
    return f"cron({minutes} {hours} {days[0]} {months} {days[1]} {years})"


class NextTests(MasticTest):
    def next(self, expression, *more, zone="UTC", start="2026-01-30T23:59:00", count=8):
        return self.lines("trigger", "next", "--expression", expression, "--from", start, "--zone", zone, "-n", count, *more)

    def test_random_schedules_come_when_a_search_finds_them(self):
        generator = random.Random(5)
        # Around the days on which clocks are changed, and any others.
        changes = ["2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-10-03", "2026-04-04", "2026-04-23", "2026-10-29", "2018-02-17", "2018-11-03", "2027-12-31", "2028-02-28"]
        for _ in range(2000 if LONG_TESTS else 80):
            expression, zone = random_expression(generator), generator.choice(ZONES)
            start = f"{generator.choice(changes)}T{generator.randrange(24):02}:{generator.randrange(60):02}:{generator.choice(['00', '17'])}Z"
            moment = datetime.fromisoformat(start.replace("Z", "+00:00"))
            with self.subTest(expression=expression, zone=zone, start=start):
                expected = oracle.times(expression, zone, moment, 24)
                self.assertEqual(self.next(expression, zone=zone, start=start, count=24), expected)

    def test_times_of_an_expression(self):
        self.assertEqual(self.next("cron(0 2 * * ? *)"), [f"2026-{day}T02:00:00Z" for day in ["01-31"] + [f"02-0{n}" for n in range(1, 8)]])
        self.assertEqual(
            self.next("cron(30 2 * * ? *)", zone="Europe/Berlin", start="2026-03-28T00:00:00", count=3),
            ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"])
        self.assertEqual(
            self.next("cron(30 2 * * ? *)", zone="Europe/Berlin", start="2026-10-25T02:30:00+02:00", count=1), ["2026-10-26T02:30:00+01:00"])
        self.assertEqual(self.next("rate(90 minutes)", count=2), ["2026-01-31T01:29:00Z", "2026-01-31T02:59:00Z"])

    def test_the_times_of_now_are_to_come(self):
        now = datetime.now(timezone.utc) - timedelta(seconds=2)
        for line in self.lines("trigger", "next", "--expression", "cron(* * * * ? *)", "-n", "2"):
            self.assertGreater(datetime.fromisoformat(line.replace("Z", "+00:00")), now)

    def test_json_is_a_list(self):
        result = self.succeeds("--json", "trigger", "next", "--expression", "cron(0 0 1 1 ? 2030-2031)", "--from", "2026-01-01")
        self.assertEqual(json.loads(result.out), ["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"])

    def test_notes_are_no_times(self):
        result = self.succeeds("trigger", "next", "--expression", "0 2 * * 1-5", "--from", "2026-01-30T23:59:00", "-n", "1")
        self.assertEqual(result.out, "2026-02-02T02:00:00Z\n")
        self.assertIn("note: read as five-field cron", result.err)
        self.assertIn("cron(0 2 ? * MON-FRI *)", result.err)
        self.assertEqual(self.succeeds("trigger", "next", "--expression", "0 2 * * 1-5", "--quiet").err, "")
        ended = self.succeeds("trigger", "next", "--expression", "cron(0 2 1 1 ? 2020)", "--from", "2026-01-01")
        self.assertEqual((ended.out, ended.err), ("", "note: the schedule does not come after 2026-01-01T00:00:00Z\n"))

    def test_a_bad_expression_is_shown_with_its_place(self):
        result = self.fails("trigger", "next", "--expression", "cron(0 25 * * ? *)", says=["the hours field", "'25'", "0-23"])
        self.assertEqual(result.err.splitlines()[1:3], ["    cron(0 25 * * ? *)", "           ^^"])
        self.assertEqual(result.out, "")

    def test_other_bad_input(self):
        self.fails("trigger", "next", "--expression", "cron(0 2 * * ? *)", "--zone", "Europe/Berln", says=["did you mean 'Europe/Berlin'?"])
        self.fails("trigger", "next", "--expression", "cron(0 2 * * ? *)", "--from", "soon", says=["--from", "'soon'"], status=2)
        self.fails("trigger", "next", "--expression", "cron(0 2 * * ? *)", "-n", "0", says=["-n takes"], status=2)
        self.fails("trigger", "next", says=["--expression"], status=2)
