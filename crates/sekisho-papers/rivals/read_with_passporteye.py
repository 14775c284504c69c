"""Reads pictures with PassportEye: prints one line of JSON for each. Started by `cargo xtask bench inspect`."""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

from passporteye import read_mrz  # noqa: E402
from passporteye.mrz.text import MRZOCRCleaner  # noqa: E402


def told(path):
    found = read_mrz(path)
    text = (found.aux.get("raw_text") if found is not None else None) or ""
    raw = [line.replace(" ", "") for line in text.split("\n") if line.strip()]
    return {"lines": MRZOCRCleaner.apply(text), "raw": raw}


for path in sys.argv[1:]:
    began = time.perf_counter()
    try:
        answer = told(path)
    except Exception as why:
        answer = {"lines": [], "error": f"{type(why).__name__}: {why}"[:200]}
    print(json.dumps({"file": path, "ms": (time.perf_counter() - began) * 1000, **answer}), flush=True)
