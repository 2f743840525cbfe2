"""When a schedule comes, found the long way: every minute of every day is asked whether it fits. Shares nothing with the binary but the rules."""
import calendar
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()
RANGES = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)]


class Expression:
    """The fields of cron(...), five or six."""

    def __init__(self, text):
        words = text.strip()
        if words.startswith("cron("):
            words = words[5:-1]
        self.words = words.split()
        self.is_classic = len(self.words) == 5
        fields = [self.values(number, word) for number, word in enumerate(self.words)]
        self.minutes, self.hours, self.month_days, self.months, self.week_days = fields[:5]
        self.years = fields[5] if not self.is_classic else set(range(1970, 2200))
        self.is_interval = any(
            part.split("/")[0] == "*" or ("/" in part and "-" not in part and len(self.values(1, part)) > 1) for part in self.words[1].split(","))

    def number(self, field, word):
        word = word.upper()
        if field == 3 and word in MONTHS:
            return MONTHS.index(word) + 1
        if field == 4 and word in DAYS:
            return DAYS.index(word) + (0 if self.is_classic else 1)
        return int(word)

    def values(self, field, word):
        """The numbers of a field; None for those of days that are more than numbers."""
        if field == 2 and any(sign in word.upper() for sign in "LW") or field == 4 and ("#" in word or word.upper().endswith("L")):
            return None
        low, high = RANGES[field]
        if field == 4 and self.is_classic:
            low, high = 0, 6
        size = high - low + 1
        found = set()
        for part in word.split(","):
            base, _, step = part.partition("/")
            if base in ("*", "?"):
                first, last = low, high
            elif "-" in base:
                first, last = (self.number(field, end) for end in base.split("-"))
            else:
                first = self.number(field, base)
                last = max(high, first) if step else first
            if last < first:
                last += size
            for value in range(first, last + 1, int(step or 1)):
                found.add(value if value <= high else value - size)
        return found

    def fits_day(self, day):
        if day.year not in self.years or day.month not in self.months:
            return False
        by_month, by_week = self.fits_month_day(day), self.fits_week_day(day)
        if self.is_classic and self.words[2][0] != "*" and self.words[4][0] != "*":
            return by_month or by_week
        return by_month and by_week

    def fits_month_day(self, day):
        word = self.words[2].upper()
        if self.month_days is not None:
            return day.day in self.month_days
        length = calendar.monthrange(day.year, day.month)[1]
        wanted = word.replace("W", "")
        if wanted.startswith("L"):
            target = length - int(wanted[2:] or 0)
        else:
            target = int(wanted)
        if not 1 <= target <= length:
            return False
        if "W" not in word:
            return day.day == target
        workdays = [n for n in range(1, length + 1) if date(day.year, day.month, n).weekday() < 5]
        return day.day == min(workdays, key=lambda n: (abs(n - target), n))

    def fits_week_day(self, day):
        number = (day.weekday() + 1) % 7
        word = self.words[4].upper()
        if self.week_days is not None:
            return number + (0 if self.is_classic else 1) in self.week_days
        if word == "L":
            return number == 6
        if "#" in word:
            name, nth = word.split("#")
            return number == self.weekday(name) and (day.day - 1) // 7 + 1 == int(nth)
        return number == self.weekday(word[:-1]) and (day + timedelta(days=7)).month != day.month

    def weekday(self, name):
        return (self.number(4, name) - (0 if self.is_classic else 1)) % 7

    def readings(self, day):
        """What the clock shows on a day when the schedule comes, minute by minute."""
        if self.fits_day(day):
            for minute in range(1440):
                if minute // 60 in self.hours and minute % 60 in self.minutes:
                    yield datetime(day.year, day.month, day.day, minute // 60, minute % 60)


def moments(reading, zone):
    """The moments at which a clock shows this: one, two where it is put back, none where it is put forward."""
    found = []
    for fold in (0, 1):
        moment = reading.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
        if moment.astimezone(zone).replace(tzinfo=None) == reading and moment not in found:
            found.append(moment)
    return found


def times(text, zone_name, start, count):
    """The first `count` times after the aware datetime `start`, as the binary prints them."""
    expression, zone = Expression(text), ZoneInfo(zone_name)
    found = set()
    day = start.astimezone(zone).date() - timedelta(days=2)
    left = None
    while day.year < 2200 and (left is None or left > 0):
        for reading in expression.readings(day):
            there = moments(reading, zone)
            if expression.is_interval:
                found.update(moment for moment in there if moment > start)
            else:
                while not there:
                    reading += timedelta(minutes=1)
                    there = moments(reading, zone)
                if there[0] > start:
                    found.add(there[0])
        day += timedelta(days=1)
        # Two days more, for clocks that are put back past what was found.
        if len(found) >= count:
            left = 3 if left is None else left - 1
    return [shown(moment, zone) for moment in sorted(found)[:count]]


def shown(moment, zone):
    text = moment.astimezone(zone).isoformat(timespec="seconds")
    return text[:-6] + "Z" if zone.key == "UTC" else text


# Other programs' dialects


def for_croniter(text):
    """The expression for croniter, which has five fields, seconds and years; None where it has no words for it."""
    expression = Expression(text)
    minutes, hours, month_day, months, week_day = expression.words[:5]
    if "W" in month_day.upper() or month_day.upper().startswith("L-"):
        return None

    def listed(values):
        return ",".join(map(str, sorted(values)))

    if month_day == "?":
        month_day = "*"
    elif expression.month_days is not None and month_day[0] != "*":
        month_day = listed(expression.month_days)
    if week_day == "?":
        week_day = "*"
    elif expression.week_days is None:
        name, _, nth = week_day.upper().partition("#")
        week_day = f"{expression.weekday(name)}#{nth}" if nth else "6" if week_day.upper() == "L" else f"L{expression.weekday(name[:-1])}"
    elif week_day[0] != "*":
        week_day = listed((day if expression.is_classic else day - 1) % 7 for day in expression.week_days)
    fields = [listed(expression.minutes), listed(expression.hours), month_day, listed(expression.months), week_day]
    if not expression.is_classic and expression.words[5] != "*":
        if max(expression.years) > 2099:
            return None
        fields += ["0", listed(expression.years)]
    return " ".join(fields)


def for_systemd(text):
    """The expression as a systemd calendar event; None where it has no words for it."""
    expression = Expression(text)
    month_day, week_day = expression.words[2].upper(), expression.words[4].upper()
    if "W" in month_day or expression.week_days is None:
        return None
    # It counts at most 28 days from a month's end.
    if month_day.startswith("L-") and int(month_day[2:]) > 27:
        return None
    if expression.is_classic and month_day[0] != "*" and week_day[0] != "*":
        return None

    def listed(values):
        return ",".join(f"{value:02}" for value in sorted(values))

    if month_day in "*?":
        days = "-*"
    elif month_day.startswith("L"):
        days = f"~{int(month_day[2:] or 0) + 1:02}"
    else:
        days = "-" + listed(expression.month_days)
    years = "*" if expression.is_classic or expression.words[5] == "*" else listed(expression.years)
    names = ",".join(sorted({DAYS[(day - (0 if expression.is_classic else 1)) % 7].title() for day in expression.week_days}))
    week = "" if week_day in "*?" else names + " "
    return f"{week}{years}-{listed(expression.months)}{days} {listed(expression.hours)}:{listed(expression.minutes)}:00"
