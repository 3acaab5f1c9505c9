#!/usr/bin/env python3
"""Compares our holiday calendars, weekday by weekday, with two independent tables.

The tables are the Python packages `holidays` and `chinese_calendar`. Where a package is not
installed its calendars are skipped and the script says so; it exits 1 on the first difference.

    pip install holidays chinese_calendar && python3 crates/complaint-domain/tests/check_calendars.py

A day counts as a difference when one side works on it and the other does not. A holiday that falls
on a weekend changes nothing, so a package may list it where the authority does not.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

CALENDARS = Path(__file__).resolve().parent.parent / "calendars"
YEARS = (2024, 2025, 2026)
# Our calendar, and the country and subdivision that package `holidays` calls it by.
COUNTRIES = {
    "gb-eng": ("GB", "ENG"),
    "gb-sct": ("GB", "SCT"),
    "gb-nir": ("GB", "NIR"),
    "us-federal": ("US", None),
    "au": ("AU", None),
    "au-nsw": ("AU", "NSW"),
}
# India's bank holidays differ by state, so ours has the three national days only.
NATIONAL_DAYS_OF_INDIA = {(1, 26), (8, 15), (10, 2)}


def unfolded(path):
    """The content lines, long lines joined again (RFC 5545, section 3.1)."""
    return path.read_bytes().decode().replace("\r\n ", "").split("\r\n")


def read(code):
    """Years covered, days off and working weekend days of one of our files."""
    covers, day, off, working = None, None, set(), set()
    for line in unfolded(CALENDARS / f"{code}.ics"):
        name, _, value = line.partition(":")
        if name == "X-REDRESS-COVERS":
            first, last = value.split("/")
            covers = range(int(first), int(last) + 1)
        elif name == "DTSTART;VALUE=DATE":
            day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        elif name == "CATEGORIES":
            (off if value == "HOLIDAY" else working).add(day)
    return covers, off, working


def days_of(year):
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def differences(code, works_there):
    """Every day of the years on which we and the other table disagree."""
    covers, off, working = read(code)
    for year in YEARS:
        if year not in covers:
            yield f"{code}: {year} is not covered"
            continue
        for day in days_of(year):
            works_here = day in working or (day.weekday() < 5 and day not in off)
            if works_here != works_there(day):
                said = "a working day" if works_here else "a day off"
                yield f"{code}: {day} ({day:%a}) is {said} here and not there"


def against_holidays():
    try:
        import holidays
    except ImportError:
        print("skipped: package holidays is not installed")
        return
    for code, (country, subdivision) in COUNTRIES.items():
        table = holidays.country_holidays(country, subdiv=subdivision, years=YEARS)
        yield code, list(differences(code, lambda day: day.weekday() < 5 and day not in table))
    table = holidays.financial_holidays("ECB", years=YEARS)
    yield "eu-target", list(
        differences("eu-target", lambda day: day.weekday() < 5 and day not in table)
    )
    table = holidays.country_holidays("IN", years=YEARS)
    yield "in", list(
        differences(
            "in",
            lambda day: day.weekday() < 5
            and not (day in table and (day.month, day.day) in NATIONAL_DAYS_OF_INDIA),
        )
    )


def against_chinese_calendar():
    try:
        import chinese_calendar
    except ImportError:
        print("skipped: package chinese_calendar is not installed")
        return
    yield "cn", list(differences("cn", chinese_calendar.is_workday))


def main():
    found = 0
    for check in (against_holidays, against_chinese_calendar):
        for code, wrong in check():
            found += len(wrong)
            print(f"{code}: {YEARS[0]} to {YEARS[-1]}, {len(wrong)} differences")
            for line in wrong:
                print(f"  {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
