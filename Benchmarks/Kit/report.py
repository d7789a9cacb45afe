# Weir
# SPDX-License-Identifier: Apache-2.0
"""What was measured, as Markdown and as JSON."""

import json

from machine import median


def number(value):
    if value is None:
        return "–"
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    if value >= 1e4:
        return f"{value / 1e3:.0f} k"
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


class Figure:
    """The runs of one program."""

    def __init__(self, name, values):
        self.name, self.values = name, list(values)

    @property
    def median(self):
        return median(self.values) if self.values else None

    def json(self):
        return {"name": self.name, "median": self.median, "runs": self.values}


class Row:
    """One figure of ours beside those of peers and limits."""

    def __init__(self, line, what, unit, ours, peers=(), limit=None, target="", reached=None,
                 note=""):
        self.line, self.what, self.unit, self.ours = line, what, unit, ours
        self.peers, self.limit = [peer for peer in peers if peer], limit
        self.target, self.reached, self.note = target, reached, note

    @staticmethod
    def divide(first, second):
        if first is None or second is None or not second.median or first.median is None:
            return None
        return first.median / second.median

    @property
    def ratio(self):
        return self.divide(self.ours, self.peers[0]) if self.peers else None

    @property
    def share(self):
        """Of what the limit shows to be possible."""
        return self.divide(self.ours, self.limit)

    def json(self):
        return {
            "line": self.line, "what": self.what, "unit": self.unit, "ours": self.ours.json(),
            "peers": [peer.json() for peer in self.peers],
            "limit": self.limit.json() if self.limit else None, "ratio": self.ratio,
            "share": self.share, "target": self.target, "reached": self.reached,
            "note": self.note,
        }

    def cells(self):
        peers = "; ".join(f"{peer.name} {number(peer.median)}" for peer in self.peers)
        limit = f"{self.limit.name} {number(self.limit.median)}" if self.limit else ""
        ratios = []
        if self.ratio is not None:
            ratios.append(f"{self.ratio:.2f} ×")
        if self.share is not None:
            ratios.append(f"{self.share:.2f} of the limit")
        reached = {True: "yes", False: "no", None: "–"}[self.reached]
        return [
            self.line, self.what, f"**{number(self.ours.median)}** {self.unit}", peers or "–",
            limit or "–", ", ".join(ratios) or "–", self.target or "–", reached, self.note,
        ]


HEAD = ["line", "what", "ours", "peer", "limit", "ratio", "target", "reached", "note"]


def markdown(rows):
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells()) + " |")
    return "\n".join(lines)


def document(rows, conditions):
    return json.dumps({"conditions": conditions, "rows": [row.json() for row in rows]}, indent=1)
