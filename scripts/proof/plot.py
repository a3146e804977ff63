"""Plots series over minutes as an SVG: panels one below the other, with marks where something struck."""

import math
from xml.sax.saxutils import escape

COLOURS = ["#3367a8", "#c0562f", "#4f8a3c", "#8a5aa8", "#8c6d1f", "#3a8f8f"]
WIDTH, LEFT, RIGHT, PANEL, GAP, TOP = 860, 64, 150, 150, 46, 40


def ticks(low, high, is_log):
    if is_log:
        return [10.0 ** n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) if low <= 10.0 ** n <= high]
    step = 10.0 ** math.floor(math.log10(high or 1))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1, 2, 5) if high / (step * part) <= 5)
    return [step * n for n in range(int(high / step) + 1)]


def panel(title, series, is_log, minutes, top, marks):
    """One panel; `series` is a name and its (minute, value) pairs."""
    values = [value for points in series.values() for _, value in points] or [1]
    high = max(values) * (2 if is_log else 1.1) or 1
    low = max(min(values) * 0.7, 1) if is_log else 0
    high = max(high, low * 10) if is_log else high
    right = WIDTH - RIGHT

    def x(minute):
        return LEFT + (right - LEFT) * minute / minutes

    def y(value):
        part = math.log(max(value, low) / low) / math.log(high / low) if is_log else (value - low) / (high - low)
        return top + PANEL * (1 - part)

    lines = [f'<text x="{LEFT}" y="{top - 8}" font-weight="600">{escape(title)}</text>']
    for mark in marks:
        lines.append(f'<line x1="{x(mark):.1f}" y1="{top}" x2="{x(mark):.1f}" y2="{top + PANEL}" stroke="#c8c8c8" stroke-dasharray="2 3"/>')
    for tick in ticks(low, high, is_log):
        lines.append(f'<line x1="{LEFT}" y1="{y(tick):.1f}" x2="{right}" y2="{y(tick):.1f}" stroke="#e4e4e4"/>'
                     f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    lines.append(f'<rect x="{LEFT}" y="{top}" width="{right - LEFT}" height="{PANEL}" fill="none" stroke="#999"/>')
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(minute):.1f},{y(value):.1f}" for minute, value in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
                     f'<text x="{right + 10}" y="{top + 14 + 17 * number}" fill="{colour}">{escape(name)}</text>')
    return lines


def svg(title, panels, minutes, marks):
    """A plot of panels (title, series, whether the axis is logarithmic), each as wide as so many minutes."""
    height = TOP + len(panels) * (PANEL + GAP) + 8
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
             f'font-family="system-ui, sans-serif" font-size="12" fill="#333">', f'<title>{escape(title)}</title>',
             f'<rect width="{WIDTH}" height="{height}" fill="white"/>']
    for number, (name, series, is_log) in enumerate(panels):
        lines += panel(name, series, is_log, minutes, TOP + number * (PANEL + GAP), marks)
    bottom = TOP + len(panels) * (PANEL + GAP) - GAP
    for tick in ticks(0, minutes, False):
        lines.append(f'<text x="{LEFT + (WIDTH - RIGHT - LEFT) * tick / minutes:.1f}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>')
    lines.append(f'<text x="{WIDTH - RIGHT}" y="{bottom + 36}" text-anchor="end">minutes</text></svg>')
    return "\n".join(lines) + "\n"
