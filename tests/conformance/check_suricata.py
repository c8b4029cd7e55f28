"""check_suricata.py FILE: reads rules as suricata-update does; says how many, and each that it can't read."""
import sys

from suricata.update import rule

count, sids, wrong = 0, set(), False
with open(sys.argv[1]) as rules:
    for number, line in enumerate(rules, 1):
        if not line.strip() or line.startswith("#"):
            continue
        parsed = rule.parse(line)
        if parsed is None or not parsed.enabled or not parsed.msg or parsed.sid in sids:
            print(f"line {number}: {line[:200]}")
            wrong = True
            continue
        # What it writes again is what it read.
        if str(parsed) != line.strip():
            print(f"line {number} is read as {str(parsed)[:200]}")
            wrong = True
        sids.add(parsed.sid)
        count += 1
print(count)
sys.exit(1 if wrong else 0)
