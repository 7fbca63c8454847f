"""Looks through the committed files for what must not be there: a machine's paths, a registry's address, shadows.

Run as ``python -m tests.repository.committed``; it prints one line for each finding and exits 1 if there is any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Put together here so that this file does not find itself.
FORBIDDEN = {
    "a package registry's address": r"(?:pypi|npmjs|pythonhosted|deb\.debian|crates)\.(?:org|com|io)\b",
    "an index or a links option": r"(?m)^\s*--(?:extra-)?index-url|^\s*--find-links|^\s*--trusted-host",
    "a path of one machine": r"(?<![\w.~-])/(?:home/[a-z]|Users/[A-Za-z]|root/|work/|opt/(?:py|wheels))",
}
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def list_committed(root: Path) -> list[Path]:
    """Return the files git knows or would add, that are still there."""
    git = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, check=True, capture_output=True).stdout.decode().split("\0")
    return [root / name for name in sorted(set(names)) if name and (root / name).is_file()]


def find_in_text(text: str) -> list[tuple[int, str]]:
    """Return the line and the kind of everything forbidden in one text."""
    matches = [(match.start(), what) for what, pattern in PATTERNS.items() for match in pattern.finditer(text)]
    return [(text.count("\n", 0, start) + 1, what) for start, what in sorted(matches)]


def find_all(root: Path) -> list[str]:
    """Return one line for each finding under a checkout's root."""
    findings = []
    if (root / "packaging" / "__init__.py").exists():
        findings.append("packaging/__init__.py: shadows the library of that name; remove it")
    for path in list_committed(root):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        findings += [f"{name}:{line}: {what}" for line, what in find_in_text(text)]
    return findings


def main() -> int:
    """Print the findings; return the exit code."""
    findings = find_all(ROOT)
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
