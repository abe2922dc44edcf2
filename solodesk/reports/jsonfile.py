"""The report as one JSON object: figures, accounting, tickets. Keys are those of cli.md."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from solodesk.base.clock import utc_iso
from solodesk.reports.data import ReportData
from solodesk.reports.speech import customer


def render(data: ReportData, figures: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8, indented; times in UTC."""
    found = data.accounting
    tickets = [
        {
            "ticket": line.number,
            "created": utc_iso(line.created_ms),
            "customer": customer(line, data),
            "subject": None if data.anonymous else line.subject,
            "tags": [] if data.anonymous else list(line.tags),
            "first_response_s": line.first_wait_s,
            "first_response_business_s": line.first_wait_business_s,
            "answers": line.answers,
            "closed": None if line.closed_ms is None else utc_iso(line.closed_ms),
            "rating": None
            if line.rating is None
            else {"scale": line.rating[0], "value": line.rating[1]},
        }
        for line in data.tickets
    ]
    whole = {
        "business": data.business,
        "period": data.period.name,
        "first": data.period.first.isoformat(),
        "last": data.period.last.isoformat(),
        "zone": data.period.zone.key,
        "as_of": utc_iso(data.as_of_ms),
        "made": utc_iso(data.made_ms),
        "figures": list(figures),
        "accounting": {
            "received": found.received,
            "accounted": found.accounted,
            **dict(found.by_class),
            "history": found.history,
        },
        "tickets": tickets,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()
