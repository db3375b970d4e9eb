"""Builds documents and their labels from the *.dsl files beside it."""
import json, re, sys, unicodedata
from pathlib import Path
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

HERE = Path(__file__).parent
OUT = HERE / (sys.argv[1] if len(sys.argv) > 1 else "corpus")
KINDS = {"d": "duty", "c": "catch_all", "t": "transformation", "v": "division"}

def tasks(text):
    return [t.strip() for t in re.split(r"[；;。]", text) if t.strip()]

def unit_section(name, plates, text):
    return {"name": name, "plates": plates, "text": text, "tasks": tasks(text)}

def parse(block):
    head, body = block.split("\n---\n", 1)
    lines = head.split("\n")
    doc_id, fmt = lines[0].split()
    meta = {l[0]: l[2:].strip() for l in lines[1:] if l}
    opts = dict((o.split("=") + [""])[:2] for o in meta.get("O", "").split())
    label = {"title": meta["T"], "doc_no": meta["N"] or None, "unit_name": meta["U"],
             "style": {"a": "article", "b": "section", "t": "township", "i": "institution", "m": "amendment"}[doc_id.lstrip("x")[0]],
             "rank": meta["R"] or None, "plates": [p for p in meta["P"].split("|") if p],
             "duties": [], "sections": [], "quotas": [], "leaders": [], "effective_on": meta["E"] or None}
    for q in filter(None, meta["Q"].split(" | ")):
        k, n = q.rsplit("=", 1)
        label["quotas"].append({"kind": k.strip(), "count": int(n)})
    for l in filter(None, meta["L"].split(" | ")):
        t, r, n, h = l.split(",")
        label["leaders"].append({"title": t.strip(), "rank": r or None, "count": int(n), "holds_quota": h.strip() == "1"})
    for a in filter(None, meta.get("A", "").split("|")):
        n, p, t = a.split(";", 2) if a.count(";") >= 2 else (a.split(";") + ["", ""])[:3]
        t = t.strip(";")
        label["sections"].append(unit_section(n, [x for x in p.split(",") if x], t + "。" if t else ""))
    items, table, box, last, pending = [], None, None, None, []
    for raw in body.rstrip("\n").split("\n"):
        line = raw
        if line == "<table": table = []; continue
        if line == "table>":
            for name, plates, cells, col in pending:
                label["sections"].append(unit_section(name, [x for x in plates.split(",") if x], cells[col]))
            pending = []
            items.append(("table", table)); table = None; continue
        if line == "<box": box = []; continue
        if line == "box>": items.append(("box", box)); box = None; continue
        if box is not None: box.append(line); continue
        if table is not None:
            if line.startswith("S "):
                head_, cells = line[2:].split("|", 1)
                spec, cols = head_.split("¦")
                cells = cells.split("¦")
                name, plates = spec.split(";")
                table.append(cells)
                pending.append((name, plates, cells, int(cols)))
            elif line.startswith("r "): table.append(line[2:].split("¦"))
            else:
                more = line.split("¦"); table[-1][-1] += "\n" + more[0]; table[-1] += more[1:]
            continue
        pre = ""
        inline = re.match(r"^(.+：)([dcv]（一）\|.*)$", line)
        if inline: pre, line = inline.groups()
        stripped = line.lstrip()
        pad = line[: len(line) - len(stripped)]
        m = re.match(r"^([dctv])([^|]{1,5})\|(.*)$", stripped)
        s = re.match(r"^s([^|]{0,5})\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$", stripped)
        if m:
            label["duties"].append({"no": len(label["duties"]) + 1, "text": m[3], "kind": KINDS[m[1]]})
            last = label["duties"][-1]
            items.append(("p", pre or pad, m[2], m[3]))
        elif s:
            mark, head_, spec, sep, text = s.groups()
            name, plates = (spec.split(";") + [""])[:2]
            label["sections"].append(unit_section(name, [x for x in plates.split(",") if x], text.strip()))
            if sep == "\\n":
                items.append(("p", pad, mark, head_)); items.append(("p", "", "", text))
            else: items.append(("p", pad, mark, head_ + sep + text))
        elif stripped.startswith("+"):
            body_ = stripped[1:]
            mark, text = body_.split("|", 1) if "|" in body_ else ("", body_)
            last["text"] += "\n" + (mark + text).strip()
            items.append(("p", pad, mark, text))
        else:
            mk = re.match(r"^(第[一二三四五六七八九十]+条|[一二三四五六七八九十]+、)\|(.*)$", stripped)
            items.append(("p", pad, mk[1], mk[2]) if mk else ("p", pad, "", stripped))
    return doc_id, fmt, opts, label, items

# ---- writers
def width(ch): return 1 if unicodedata.east_asian_width(ch) in "FWA" else 0.5
def wrap(line, n):
    out, cur, w = [], "", 0
    for ch in line:
        if w + width(ch) > n and ch not in "，。；：、）”》": out.append(cur); cur, w = "", 0
        cur += ch; w += width(ch)
    return out + [cur]

def as_txt(items, opts, path):
    lines = []
    for it in items:
        text = it[1] + it[2] + it[3]
        if "indent" in opts and text and len(lines) > 3: text = "　　" + text.lstrip()
        lines += wrap(text, int(opts["wrap"])) if "wrap" in opts else [text]
    if "pages" in opts:
        n, page, out = int(opts["pages"]), 1, []
        for i, l in enumerate(lines, 1):
            out.append(l)
            if i % n == 0: out += ["", f"— {page} —", ""] if n % 2 == 0 else [f"- {page} -"]; page += 1
        lines = out
    path.write_text("\n".join(lines) + "\n", encoding="gb18030" if "gb" in opts else "utf-8")

LVL = {"a": ("chineseCounting", "第%1条", "space"), "b": ("chineseCounting", "%1、", "nothing"),
       "c": ("chineseCounting", "（%1）", "nothing"), "d": ("decimal", "%1.", "nothing")}
def kind_of(mark):
    if re.fullmatch(r"第.+条", mark): return "a"
    if re.fullmatch(r"[一二三四五六七八九十]+、", mark): return "b"
    if re.fullmatch(r"[（(][一二三四五六七八九十]+[）)]", mark): return "c"
    if re.fullmatch(r"\d+\.", mark): return "d"
    return ""
FIRST = {"第一条", "一、", "（一）", "1."}

def as_docx(items, opts, path):
    doc = Document()
    numbering = doc.part.numbering_part.element
    auto = opts.get("auto", "")
    abstract = {}
    for i, k in enumerate(auto):
        fmt, text, suff = LVL[k]; aid = 900 + i; abstract[k] = aid
        numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{aid}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/><w:suff w:val="{suff}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'))
    current, nid = {}, 900
    if "header" in opts:
        doc.sections[0].header.paragraphs[0].text = opts["header"]
    for it in items:
        if it[0] == "p":
            _, pre, mark, text = it
            k = kind_of(mark)
            if mark and k in abstract and not pre:
                if mark in FIRST or k not in current:
                    nid += 1; current[k] = nid
                    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{nid}"><w:abstractNumId w:val="{abstract[k]}"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'))
                p = doc.add_paragraph(text)
                p._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{current[k]}"/></w:numPr>'))
            else:
                p = doc.add_paragraph()
                full = pre + mark + ("　" if k == "a" else "") + text
                third = max(1, len(full) // 3)
                for j in range(0, len(full), third): p.add_run(full[j:j + third])
        elif it[0] == "table":
            rows, cols = it[1], max(len(r) for r in it[1])
            t = doc.add_table(rows=len(rows), cols=cols); t.style = "Table Grid"
            for i, r in enumerate(rows):
                if len(r) == 1:
                    c = t.cell(i, 0).merge(t.cell(i, cols - 1)); c.text = r[0]; continue
                for j, v in enumerate(r): t.cell(i, j).text = v
            first = [r[0] for r in rows]   # equal first cells below each other are merged
            i = 0
            while i < len(rows):
                j = i
                while j + 1 < len(rows) and first[j + 1] == first[i] and len(rows[i]) > 1: j += 1
                if j > i:
                    for q in range(i + 1, j + 1): t.cell(q, 0).text = ""
                    t.cell(i, 0).merge(t.cell(j, 0)).text = first[i]
                i = j + 1
        elif it[0] == "box":
            inner = "".join(f"<w:p><w:r><w:t>{l}</w:t></w:r></w:p>" for l in it[1])
            p = doc.add_paragraph()
            p._p.append(parse_xml(f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape style="width:300pt;height:60pt"><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>'))
    doc.save(path)

def as_pdf(items, opts, path):
    from playwright.sync_api import sync_playwright
    ps = "".join(f"<p>{it[1]}{it[2]}{it[3]}</p>".replace("<p></p>", "") for it in items)
    html = f'<meta charset=utf-8><style>body{{font:16px "Noto Serif CJK SC"}}p{{text-indent:2em;margin:4px 0}}</style>{ps}'
    with sync_playwright() as pw:
        b = pw.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = b.new_page(); page.set_content(html)
        page.pdf(path=str(path), format="A5", display_header_footer=True, margin={"top": "60px", "bottom": "60px", "left": "50px", "right": "50px"},
                 header_template=f'<div style="font-size:9px;margin:auto">{opts.get("header", "")}</div>',
                 footer_template='<div style="font-size:9px;margin:auto">— <span class=pageNumber></span> —</div>')
        b.close()

def main():
    OUT.mkdir(exist_ok=True)
    pattern = sys.argv[2] if len(sys.argv) > 2 else "*.dsl"
    for src in sorted(HERE.glob(pattern)):
        for block in re.split(r"^=== ", src.read_text(encoding="utf-8"), flags=re.M)[1:]:
            doc_id, fmt, opts, label, items = parse(block)
            path = OUT / f"{doc_id}.{fmt}"
            if path.exists() and "--force" not in sys.argv: continue
            {"txt": as_txt, "docx": as_docx, "pdf": as_pdf}[fmt](items, opts, path)
            (OUT / f"{doc_id}.json").write_text(json.dumps(label, ensure_ascii=False, indent=1), encoding="utf-8")
main()
