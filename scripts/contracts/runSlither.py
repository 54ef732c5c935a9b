"""Runs every detector of Slither over a standard JSON input; slither.ts starts it."""
import inspect
import json
import sys

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector


def place_of(finding):
    """Contract and function that a finding is about, by its first element of ours."""
    for element in finding["elements"]:
        parent = element.get("type_specific_fields", {}).get("parent") or {}
        while parent and parent.get("type") not in ("contract", None):
            if parent["type"] == "function":
                outer = parent.get("type_specific_fields", {}).get("parent") or {}
                return f"{outer.get('name')}.{parent['name']}"
            parent = parent.get("type_specific_fields", {}).get("parent") or {}
        if element["type"] == "contract":
            return element["name"]
        if parent:
            return f"{parent['name']}.{element['name']}"
        if element["type"] not in ("pragma",):
            return element["name"]
    return "all"


def is_ours(finding):
    """False where everything stands in a library of others."""
    names = [e["source_mapping"]["filename_relative"] for e in finding["elements"] if e.get("source_mapping")]
    return any(name.startswith("src/") for name in names)


with open(sys.argv[1], encoding="utf8") as file:
    slither = Slither(CryticCompile(SolcStandardJson(json.load(file))))
for name in dir(all_detectors):
    detector = getattr(all_detectors, name)
    if inspect.isclass(detector) and issubclass(detector, AbstractDetector):
        slither.register_detector(detector)
found = {}
for results in slither.run_detectors():
    for one in filter(is_ours, results):
        key = (one["check"], place_of(one))
        found.setdefault(key, one["description"])
with open(sys.argv[2], "w", encoding="utf8") as file:
    json.dump([{"check": c, "place": p, "text": t} for (c, p), t in sorted(found.items())], file)
