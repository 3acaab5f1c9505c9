#!/usr/bin/env python3
"""Counts a CFPB complaint file without any code of the product.

    python3 count_cfpb.py FILE [--from 2014-10-01] [--to 2014-10-31]

Prints JSON with two keys: "rows" says how many data rows the file has and how many were counted or
left out, and "tables" has the shape of the section "tables" of report.json as written with
--min-cell 1, reduced to what both know: a list of {"id", "total", "rows"}, where each row is
{"kind": "value", "code": ..., "count": ...} or {"kind": "not-stated", "count": ...}.

A row is counted when it is whole and holds together, which is also the importer's rule:
- exactly as many columns as the header, in UTF-8;
- a complaint number of digits that did not occur before;
- a date of receipt that exists, and no date of forwarding before it;
- a product and a company, and in no short text a control character or more than 200 bytes;
- a known channel, and a known or no response, timeliness and dispute;
- no dispute of a complaint that the company did not close.
Every other row is left out. The timeliness is that of a response, and a dispute is counted where
the company closed the complaint; elsewhere both are not stated.
"""

import argparse
import csv
import datetime
import json
import sys
import unicodedata

# The public file's header, and the names its interface gives to the same fields.
FIELDS = {
    "received": ("Date received", "date_received"),
    "sent": ("Date sent to company", "date_sent_to_company"),
    "product": ("Product", "product"),
    "sub_product": ("Sub-product", "sub_product"),
    "issue": ("Issue", "issue"),
    "sub_issue": ("Sub-issue", "sub_issue"),
    "company": ("Company", "company"),
    "state": ("State", "state"),
    "tags": ("Tags", "tags"),
    "public": ("Company public response", "company_public_response"),
    "channel": ("Submitted via", "submitted_via"),
    "response": ("Company response to consumer", "Company response", "company_response"),
    "timely": ("Timely response?", "timely", "timely_response"),
    "disputed": ("Consumer disputed?", "consumer_disputed"),
    "number": ("Complaint ID", "complaint_id"),
}

CHANNELS = {
    "web": "web",
    "phone": "phone",
    "email": "email",
    "postal mail": "letter",
    "fax": "fax",
    "referral": "referral",
    "web referral": "referral",
}

RESPONSES = {
    "closed with monetary relief": "closed-with-monetary-relief",
    "closed with non-monetary relief": "closed-with-non-monetary-relief",
    "closed with relief": "closed-with-relief",
    "closed without relief": "closed-without-relief",
    "closed with explanation": "closed-with-explanation",
    "closed": "closed",
    "in progress": "in-progress",
    "untimely response": "untimely-response",
}

YES_NO = {"": None, "yes": "yes", "no": "no", "true": "yes", "false": "no"}

NOT_CLOSED = (None, "in-progress", "untimely-response")

SHORT_TEXTS = ("product", "sub_product", "issue", "sub_issue", "company", "state", "tags", "public")


def parse_day(text):
    """Reads 2014-11-13 (with or without T and a time), 11/13/2014 and 7/29/2013; None if it is no day."""
    text = text.strip()
    try:
        if "/" in text:
            month, day, year = text.split("/")
            if len(year) != 4:
                return None
            found = datetime.date(int(year), int(month), int(day))
        else:
            found = datetime.date.fromisoformat(text.split("T")[0])
    except ValueError:
        return None
    return found if 1900 <= found.year < 3000 else None


def columns_of(header):
    """Where each field stands; None for one that the file does not have."""
    names = [name.strip().lower() for name in header]
    places = {}
    for field, known in FIELDS.items():
        found = [names.index(name.lower()) for name in known if name.lower() in names]
        places[field] = found[0] if found else None
    return places


def rows_of(path):
    """Gives each data row, read or None, with the header's columns."""
    with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places = columns_of(header)
        if places["received"] is None or places["product"] is None or places["number"] is None:
            sys.exit(f"expected a CFPB file with dates, products and numbers, found {header}")
        seen = set()
        for row in reader:
            if row:
                yield read_row(row, len(header), places, seen)


def read_row(row, width, places, seen):
    """A row as a dict of what is counted, or None when it is to be left out."""
    if len(row) != width:
        return None
    text = {
        field: row[place].strip() if place is not None else ""
        for field, place in places.items()
    }
    text = {field: "" if value in ("N/A", "None") else value for field, value in text.items()}
    if any("\udc80" <= letter <= "\udcff" for field in row for letter in field):
        return None
    day = parse_day(text["received"])
    channel, response = text["channel"].lower(), text["response"].lower()
    timely, disputed = text["timely"].lower(), text["disputed"].lower()
    if not text["number"].isdecimal() or text["number"] in seen:
        return None
    if day is None or not text["product"] or not text["company"]:
        return None
    if text["sent"] and (parse_day(text["sent"]) or datetime.date.min) < day:
        return None
    if any(not is_short(text[field]) for field in SHORT_TEXTS):
        return None
    if channel not in CHANNELS or (response and response not in RESPONSES):
        return None
    if timely not in YES_NO or disputed not in YES_NO:
        return None
    response = RESPONSES.get(response)
    if YES_NO[disputed] == "yes" and response in NOT_CLOSED:
        return None
    seen.add(text["number"])
    return {
        "day": day,
        "received-by-product": text["product"],
        "received-by-month": day.strftime("%Y-%m"),
        "received-by-channel": CHANNELS[channel],
        "disputed": None if response in NOT_CLOSED else YES_NO[disputed],
        "platform-response": response,
        "platform-timely": YES_NO[timely] if response else None,
    }


def is_short(text):
    """Whether a text has at most 200 bytes and no control characters."""
    has_control = any(unicodedata.category(letter) == "Cc" for letter in text)
    return len(text.encode()) <= 200 and not has_control


def months(first, last):
    """Every month from one day to another: a month without complaints is a row too."""
    month = first.replace(day=1)
    while month <= last:
        yield month.strftime("%Y-%m")
        month = (month + datetime.timedelta(days=32)).replace(day=1)


def table(name, rows, closed=()):
    """Counts one property. A closed list keeps its order and shows empty values too."""
    counts = dict.fromkeys(closed, 0)
    for row in rows:
        counts[row[name]] = counts.get(row[name], 0) + 1
    not_stated = counts.pop(None, 0)
    codes = list(counts) if closed else sorted(counts, key=lambda code: (-counts[code], code))
    listed = [{"kind": "value", "code": code, "count": counts[code]} for code in codes]
    if not_stated:
        listed.append({"kind": "not-stated", "count": not_stated})
    return {"id": name, "total": len(rows), "rows": listed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file")
    parser.add_argument("--from", dest="first", type=datetime.date.fromisoformat)
    parser.add_argument("--to", dest="last", type=datetime.date.fromisoformat)
    options = parser.parse_args()

    read = list(rows_of(options.file))
    whole = [row for row in read if row is not None]
    first = options.first or min((row["day"] for row in whole), default=datetime.date.min)
    last = options.last or max((row["day"] for row in whole), default=datetime.date.min)
    rows = [row for row in whole if first <= row["day"] <= last]
    print(
        json.dumps(
            {
                "rows": {
                    "data": len(read),
                    "left_out": len(read) - len(whole),
                    "in_period": len(rows),
                },
                "tables": [
                    table("received-by-product", rows),
                    table("received-by-month", rows, tuple(months(first, last))),
                    table("received-by-channel", rows),
                    table("disputed", rows, ("yes", "no")),
                    table("platform-response", rows),
                    table("platform-timely", rows, ("yes", "no")),
                ],
            },
            indent=2,
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
