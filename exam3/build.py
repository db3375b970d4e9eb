import json, re, pathlib, unicodedata
from docx import Document
here = pathlib.Path(__file__).parent
raw = (here/"docs_a.txt").read_text() + (here/"docs_b.txt").read_text()
raw = raw.replace("{SKIP}", "")
raw = raw.replace("其中“行政编制36名”含纪工委专项编制2名。\n", "")
raw = raw.replace("人大街工委主任 正处级 1; 工委副书记 副处级 1; 纪工委书记 副处级 1; 武装部部长 副处级 1; 办事处副主任 副处级 4", "人大街工委主任 正处级 1; 工委副书记 - 1; 纪工委书记 - 1; 武装部部长 - 1; 办事处副主任 - 4")
raw = raw.replace("市中医药管理局局长 副处级 1;", "市中医药管理局局长 副处级 1 n;")
raw = re.sub(r"^(（[一二三四]）)([^{\n]*(?:职能|职责)。?)\n\{t\|", r"\1{t|\2\n", raw, flags=re.M)
KIND = {"d": "duty", "c": "catch_all", "t": "transformation", "v": "division"}
out = here/"out"; out.mkdir(exist_ok=True)
for part in raw.split("\n#" if raw.startswith("#") else "#"):
    part = part.lstrip("#")
    head, body = part.split("\n---\n")
    first, *meta = head.split("\n")
    num, style, fmt, *w = first.split()
    m = dict(x.split(": ", 1) if ": " in x else (x.rstrip(": "), "") for x in meta)
    body = body.rstrip("\n")
    duties = [{"no": i, "text": t, "kind": KIND[k]} for i, (k, t) in enumerate(re.findall(r"\{([dctv])\|(.*?)\}", body, re.S), 1)]
    sections = []
    for name, mid, text in re.findall(r"\[\[(.*?)\]\](.*?)\{\{(.*?)\}\}", body, re.S):
        plates = [p for x in re.findall(r"<<(.*?)>>", mid) for p in x.split("、")]
        sections.append({"name": name, "plates": plates, "text": text, "tasks": [t.strip() for t in re.split("[；;。]", text) if t.strip()]})
    fix = dict(x.split("=") for x in m.get("l_fix", "").split("; ") if x)
    leaders = []
    for x in m["l"].split("; "):
        t, r, c, *n = x.split()
        r = fix.get(t, r)
        leaders.append({"title": t, "rank": None if r == "-" else r, "count": int(c), "holds_quota": not n})
    quotas = [{"kind": x.split()[0], "count": int(x.split()[1])} for x in m["q"].split("; ")]
    nul = lambda v: None if v in ("-", "") else v
    label = {"title": m["title"], "doc_no": nul(m["no"]), "unit_name": m["unit"], "style": style, "rank": nul(m["rank"]),
             "plates": [p for p in m["plates"].split("、") if p], "duties": duties, "sections": sections,
             "quotas": quotas, "leaders": leaders, "effective_on": nul(m["eff"])}
    plain = re.sub(r"\{[dctv]\|(.*?)\}", r"\1", body, flags=re.S)
    for a in ("{{", "}}", "[[", "]]", "<<", ">>"): plain = plain.replace(a, "")
    lines = plain.split("\n")
    name = f"{num}_{style}"
    if fmt == "txt":
        width = int(w[0])
        if width:
            wrapped = []
            for l in lines:
                l = "　　" + l
                while len(l) > width: wrapped.append(l[:width]); l = l[width:]
                wrapped.append(l)
            lines = wrapped
        (out/f"{name}.txt").write_text("\n".join(lines) + "\n")
    else:
        d = Document(); rows = []
        def flush():
            if rows:
                t = d.add_table(len(rows), max(map(len, rows)))
                for i, r in enumerate(rows):
                    for j, c in enumerate(r): t.cell(i, j).text = c
                rows.clear()
        for l in lines:
            if l.startswith("|"): rows.append(l.strip("|").split("|") if l.count("||") == 0 else l[1:-1].split("|"))
            else: flush(); d.add_paragraph(l)
        flush(); d.save(out/f"{name}.docx")
    (out/f"{name}.json").write_text(json.dumps(label, ensure_ascii=False, indent=1))
    print(name, len(plain), len(duties), len(sections), len(leaders), len(quotas))
