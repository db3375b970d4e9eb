"""Writes the DSL's documents as annotated files of the corpus."""
import re, sys
from pathlib import Path
HERE = Path(__file__).parent
OUT = HERE.parent / "tests/basic_info/mandates/corpus"
STYLE = {"a": "article", "b": "section", "t": "township", "i": "institution", "m": "amendment"}
letter, pattern = sys.argv[1], sys.argv[2]
FIX = {"股级领导职数,,": "股级领导职数,股级,"}
n = 0
for src in [HERE / f for f in pattern.split(",")]:
    for block in re.split(r"^=== ", src.read_text(), flags=re.M)[1:]:
        n += 1
        head, body = block.split("\n---\n", 1)
        lines = head.split("\n"); doc_id = lines[0].split()[0]
        meta = {l[0]: l[2:].strip() for l in lines[1:] if l}
        L = meta["L"]
        for a, b in FIX.items(): L = L.replace(a, b)
        out = [f"#title {meta['T']}"]
        if meta["N"]: out.append(f"#doc_no {meta['N']}")
        unit = meta["U"]; effective = meta["E"]
        if unit == "大岭乡机关": unit = "大岭乡"
        if doc_id == "b01": effective = ""
        out += [f"#unit_name {unit}", f"#style {STYLE[doc_id.lstrip('x')[0]]}"]
        if meta["R"]: out.append(f"#rank {meta['R']}")
        if meta["P"]: out.append("#plates " + meta["P"].replace("|", ";"))
        qs = [q.rsplit("=", 1) for q in filter(None, meta["Q"].split(" | "))]
        if qs: out.append("#quotas " + "; ".join(f"{k.strip()} {c}" for k, c in qs))
        ls = []
        for l in filter(None, L.split(" | ")):
            t, r, c, h = l.split(",")
            ls.append(t.strip() + (f"/{r}" if r else "") + f" {c}" + ("" if h.strip() == "1" else " -"))
        if ls: out.append("#leaders " + "; ".join(ls))
        if effective: out.append(f"#effective_on {effective}")
        if meta["N"] and meta["N"] not in body: out.append(meta["N"])
        body = body.replace("监督管理. 拟订", "监督管理.拟订")
        added = []
        for a in filter(None, meta.get("A", "").split("|")):
            nm, p, t = (a.split(";", 2) + ["", ""])[:3]
            added.append([nm, p, t.strip(";")])
        table = False; extra = []
        raw_lines = body.rstrip("\n").split("\n"); i = 0
        while i < len(raw_lines):
            line = raw_lines[i]; i += 1
            if line == "<table": out.append("@table"); table = True; continue
            if line == "table>": out.append("@end"); table = False; continue
            if line in ("<box", "box>"): continue
            if table:
                while i < len(raw_lines) and not re.match(r"[rS] |table>", raw_lines[i]): line += "⏎" + raw_lines[i]; i += 1
                if line.startswith("S "):
                    head_, cells = line[2:].split("|", 1); spec, col = head_.split("¦")
                    nm, pl = spec.split(";"); cells = cells.split("¦"); col = int(col)
                    names = nm + "".join(";" + x for x in pl.split(",") if x)
                    out.append(f"@s {names} :: " + "¦".join(cells[:col]) + "¦|" + "¦".join(cells[col:]))
                else: out.append(line[2:])
                continue
            s = line.lstrip(); pre = ""
            inline = re.match(r"^(.+：)([dcv]（一）\|.*)$", s)
            if inline: pre, s = inline.groups()
            m = re.match(r"^([dctv])([^|]{1,5})\|(.*)$", s)
            sec = re.match(r"^s([^|]{0,5})\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$", s)
            if m: out.append(f"@{m[1]} {pre}{m[2]}|{m[3]}")
            elif sec:
                mark, shown, spec, sep, text = sec.groups()
                nm, pl = (spec.split(";") + [""])[:2]
                names = nm + "".join(";" + x for x in pl.split(",") if x)
                if sep == "\\n": out += [f"@s {names} :: {mark}{shown}|", f"@+ {text.strip()}"]
                else: out.append(f"@s {names} :: {mark}{shown}{sep}|{text}")
            elif s.startswith("+"): out.append("@+ " + re.sub(r"^(\s*[^|]{1,4})\|", r"\1", s[1:]).strip())
            elif doc_id.lstrip("x")[0] == "m":
                s = re.sub(r"^([^|]{1,5})\|", r"\1", s)
                whole = s
                for a in list(added):
                    names = a[0] + "".join(";" + x for x in a[1].split(",") if x)
                    if a[2] and a[2] in s:
                        before, after = s.split(a[2], 1); stop = after[:1]; after = after[1:]
                        out.append(f"@s {names} :: {before}|{a[2]}{stop}"); s = after; added.remove(a)
                    elif not a[2] and re.search(rf"(?:为|设立|增设|新设){a[0]}", whole):
                        if s: out.append(f"@s {names} :: {s}|"); s = ""
                        else: extra.append(f"@s {names} :: |")
                        added.remove(a)
                if s: out.append(s)
            else:
                s = re.sub(r"^(第.{1,3}条)\|", r"\1　", s); s = re.sub(r"^([^|]{1,5})\|", r"\1", s)
                org = re.match(r"^(第五条　)?(机关党委。)(负责机关和所属单位的党建、群团工作。)$", s)
                if org: out.append(f"@s 机关党委 :: {org[1] or ''}机关党委。|{org[3]}")
                else: out.append(s)
        assert not added, (doc_id, added)
        (OUT / f"{letter}{n:02}.txt").write_text("\n".join(l for l in out + extra if l.strip()) + "\n")
