"""check_json.py SCHEMA FILE: whether FILE obeys a JSON schema (draft 4); says each place that does not.

The schema of RFC 8727 has empty `required` lists, which its own meta-schema forbids, so it is taken as
it is.
"""
import json
import sys

import jsonschema

with open(sys.argv[1]) as schema, open(sys.argv[2]) as document:
    found = list(jsonschema.Draft4Validator(json.load(schema)).iter_errors(json.load(document)))
for error in found[:20]:
    print("/".join(str(step) for step in error.absolute_path), error.message[:300])
sys.exit(1 if found else 0)
