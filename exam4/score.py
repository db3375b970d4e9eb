import json, re, subprocess, sys
from collections import Counter, defaultdict
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
HERE = Path(__file__).parent
C = HERE / (sys.argv[1] if len(sys.argv) > 1 else "corpus")
ws = lambda t: re.sub(r"\s+", "", t or "")
def facts(d):
    return {"duties": [(ws(x["text"]), x["kind"]) for x in d["duties"]],
            "sections": [(ws(x["name"]), tuple(sorted(map(ws, x["plates"]))), ws(x["text"])) for x in d["sections"]],
            "tasks": [(ws(x["name"]), ws(t)) for x in d["sections"] for t in x["tasks"]],
            "quotas": [(ws(x["kind"]), x["count"]) for x in d["quotas"]],
            "leaders": [(ws(x["title"]), x["rank"], x["count"], x["holds_quota"]) for x in d["leaders"]]}
def run(p):
    r = subprocess.run([HERE.parent / ".venv/bin/lvzhi", "import", "mandate", str(p), "--dry-run", "--json"], capture_output=True, text=True)
    try: return json.loads(r.stdout)
    except Exception: return {"error": (r.returncode, r.stderr[-300:])}
docs = sorted(p for p in C.iterdir() if p.suffix != ".json")
with ThreadPoolExecutor(2) as ex: got = list(ex.map(run, docs))
tot, by, scal, out = defaultdict(Counter), defaultdict(Counter), Counter(), []
for p, g in zip(docs, got):
    want = json.loads(p.with_suffix(".json").read_text())
    if "error" in g:
        out.append(f"{p.name} ERROR {g['error']}"); g = {"duties": [], "sections": [], "quotas": [], "leaders": []}
    for f in ("title", "doc_no", "unit_name", "style", "rank", "plates", "effective_on"):
        scal[f, "n"] += 1
        a, b = want[f], g.get(f)
        if (sorted(a) == sorted(b or []) if f == "plates" else ws(a) == ws(b)): scal[f, "ok"] += 1
        else: out.append(f"{p.name} {f}: want {a!r} got {b!r}")
    fw, fg = facts(want), facts(g)
    for k in fw:
        w, h = Counter(fw[k]), Counter(fg[k]); tp = sum((w & h).values())
        for t in (tot[k], by[want["style"]], by["*" + k + " " + want["style"]]):
            t["tp"] += tp; t["fn"] += sum(w.values()) - tp; t["fp"] += sum(h.values()) - tp
        for x in (w - h).elements(): out.append(f"{p.name} {k} MISSED {x}")
        for x in (h - w).elements(): out.append(f"{p.name} {k} EXTRA  {x}")
f1 = lambda c: round(2 * c["tp"] / max(1, 2 * c["tp"] + c["fp"] + c["fn"]), 4)
allc = Counter()
for k in tot: allc += tot[k]; print(k, f1(tot[k]), dict(tot[k]))
print("ALL", f1(allc), dict(allc))
for k in sorted(by): print(k, f1(by[k]), dict(by[k])) if not k.startswith("*") else None
print({f: f"{scal[f,'ok']}/{scal[f,'n']}" for f in ("title", "doc_no", "unit_name", "style", "rank", "plates", "effective_on")})
print("\n".join(out))
