# ruff: noqa: E501  # SQL is laid out as SQL
"""``make bench``: prints each figure with its target and its ratio to a raw limit, and writes ``var/bench.json``.

python -m bench.run [--quick] [names …]     names: records crash peak review import export reminders alerts score library dashboards flowchart
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from sqlalchemy import event, text

import function_monitor.api as function_monitor
import performance.api as performance
from bench import city, flowcharts, library
from bench.client import Arrival, Connection, Login, get_times, log_arrivals, log_for
from bench.crash import children_of, crash_test, look, wait_for_web
from bench.figures import Figures
from config import Settings
from duty_eval.api import count_workload
from duty_eval.reminders.digest import remind
from function_monitor.ladder.climbing import climb
from host import migrating
from host.app import create_app
from host.demo.bulk import sum_up_records
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.pages import today_in_china
from host.running.children import free_port
from host.running.embedded import EmbeddedPostgres
from host.seeding import seed

ROOT = Path(__file__).parents[1]
#: 168,000 people × 1.3 records in the half hour before they go home.
PEAK_PER_SECOND = 168_000 * 1.3 / 1800
#: Whose month is taken out as a table.
COUNTY = "371302"


class Bench:
    """One scratch installation with a web server, measured part by part."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.figures = Figures()
        self.quick = quick
        self.folder = folder
        self.server = EmbeddedPostgres(folder / "postgres")
        self.server.enter()
        self.settings = replace(Settings.from_env({"LVZHI_VAR_DIR": str(folder)}), database_url=self.server.url)
        self.today = today_in_china()

    def prepare(self, people: int) -> None:
        migrating.upgrade(self.settings)
        seed(self.settings)
        self.app = create_app(self.settings, process="bench")
        with self.app.app_context():
            city.make_city(people)

    def records(self) -> None:
        """Log one record over HTTP: latency, throughput, statements, CPU."""
        with self.app.app_context():
            logins = city.logins(400)
            raw = self._raw_insert_ms()
        seconds = 3 if self.quick else 10
        with self._web() as (port, web):
            log_for(port, logins, seconds=2, concurrency=4, day=self.today)
            one, _, bad_one = log_for(port, logins, seconds=seconds, concurrency=1, day=self.today)
            before = self._cpu_seconds(web)
            four, spent, bad_four = log_for(port, logins, seconds=seconds, concurrency=4, day=self.today)
            cpu = (self._cpu_seconds(web) - before) * 1000 / len(four)
        p50 = statistics.median(one) * 1000
        add = self.figures.add
        add("record_http_c1_p50_ms", p50, "ms", limit=8, ratio=p50 / raw)
        add("record_http_c1_p99_ms", _p99(one) * 1000, "ms")
        add("record_http_c4_p99_ms", _p99(four) * 1000, "ms")
        add("record_http_c4_rps", len(four) / spent, "1/s", limit=400, ratio=(len(four) / spent) / (1000 / raw))
        add("record_cpu_ms", cpu, "ms", limit=4)
        add("record_failed", bad_one + bad_four, "answers", limit=0)
        add("record_sql", self._count_sql("POST"), "statements", limit=8)

    def crash(self) -> None:
        """Acknowledged records after PostgreSQL and the web were killed in turn (security row 53)."""
        found = crash_test(self.folder / "crash", faults=4)
        self.figures.add("crash_acknowledged", found.acknowledged, "records")
        self.figures.add("crash_lost", found.lost, "records", limit=0)
        self.figures.add("crash_twice", found.twice, "records", limit=0)
        self.figures.add("crash_sums_differ", found.sums_differ, "rows", limit=0)
        self.figures.add("crash_longest_silence_s", max(found.seconds_to_answer), "s")

    def peak(self) -> None:
        """The evening peak: 168,000 people × 1.3 records in 30 minutes are 121/s; a sixth of the people in a sixth of the time."""
        seconds = 20 if self.quick else 300
        with self.app.app_context():
            logins = city.logins(max(200, int(PEAK_PER_SECOND * seconds / 1.3)))
        arrivals = [
            Arrival(number / PEAK_PER_SECOND, logins[number % len(logins)], str(uuid.uuid4()))
            for number in range(int(PEAK_PER_SECOND * seconds))
        ]
        with self._web() as (port, _web):
            took = log_arrivals(port, arrivals, connections=16, day=self.today)
        found = look(self.server.url, set(took))
        self.figures.add("peak_per_second", len(took) / seconds, "1/s", limit=PEAK_PER_SECOND * 0.99)
        self.figures.add("peak_p50_ms", statistics.median(took.values()) * 1000, "ms")
        self.figures.add("peak_p99_ms", _p99(list(took.values())) * 1000, "ms", limit=250)
        self.figures.add("peak_lost", len(arrivals) - len(took) + found["lost"], "records", limit=0)
        self.figures.add("peak_twice", found["twice"], "records", limit=0)

    def review(self) -> None:
        """The review desk and the month: the same time at ten thousand and at ten million records."""
        with self.app.app_context():
            db.session.execute(
                text("TRUNCATE duty_record, record_rollup CASCADE")
            )  # what was measured before is not of this queue
            db.session.commit()
            heads, staff = city.logins(2, heads=True), city.logins(1)
        sizes = {"10k": 10_000, "10m": 300_000 if self.quick else 10_000_000}
        pages = {"review_list": (heads[0], "/duty-eval/review"), "month": (staff[0], "/duty-eval/month")}
        first: dict[str, float] = {}
        for size_name, size in sizes.items():
            started = time.perf_counter()
            with self.app.app_context():
                city.fill_records(size, until=self.today)
            print(f"  {size:,} records there after {time.perf_counter() - started:.0f} s", flush=True)
            with self._web() as (port, _web):
                for name, (login, path) in pages.items():
                    get_times(port, login, path, count=20)
                    p50 = statistics.median(get_times(port, login, path, count=60)) * 1000
                    ratio = p50 / first.setdefault(name, p50)
                    self.figures.add(
                        f"{name}_p50_ms_{size_name}", p50, "ms", ratio=ratio if size_name == "10m" else None
                    )
        self.figures.add("review_list_sql", self._count_sql("GET"), "statements", limit=6)
        self._approve(heads[1])

    def dashboards(self) -> None:
        """The pages of sums, each forty times in turn, with ten million records in the database."""
        size = 300_000 if self.quick else 10_000_000
        with self.app.app_context():
            city.fill_records(size, until=self.today)
            db.session.execute(text("TRUNCATE record_rollup"))
            sum_up_records()
            db.session.commit()
            db.session.execute(text("ANALYZE record_rollup"))
            started = time.perf_counter()
            months = count_workload(self.today, Progress())
            print(f"  workload of {months} months of units in {time.perf_counter() - started:.0f} s", flush=True)
            db.session.execute(text("ANALYZE unit_workload, section_workload"))
            reader, own = city.reader(), city.logins(1)[0]
            db.session.commit()
            section, unit = db.session.execute(text("SELECT id, unit_id FROM section ORDER BY id LIMIT 1")).one()
        base = "/duty-eval/dashboard"
        pages = [
            (own, f"{base}/mine"), (reader, f"{base}/sections/{section}"), (reader, f"{base}/units/{unit}"),
            (reader, f"{base}/regions/371302"), (reader, f"{base}/regions/371300"),
            (reader, f"{base}/regions/371300?span=year&day={self.today - timedelta(days=40)}"),
        ]  # fmt: skip
        times: list[float] = []
        with self._web() as (port, _web):
            for login, path in pages:
                get_times(port, login, path, count=5)
                took = get_times(port, login, path, count=40)
                times += took
                print(f"  {path}: {statistics.median(took) * 1000:.1f} ms", flush=True)
        p95 = sorted(times)[int(len(times) * 0.95)] * 1000
        self.figures.add("dashboard_p95_ms_10m", p95, "ms", limit=200)

    def _approve(self, head: Login) -> None:
        """Five hundred waiting records passed at once, three times, beside the ten million."""
        with self.app.app_context():
            batches = [city.fill_queue(head, 500, day=self.today - timedelta(days=back)) for back in (0, 1, 2)]
        times = []
        with self._web() as (port, _web):
            connection = Connection(port)
            get_times(port, head, "/duty-eval/review", count=5)
            for batch in batches:
                body = urlencode([("csrf_token", head.csrf), *(("chosen", chosen) for chosen in batch)])
                answer = connection.ask("POST", "/duty-eval/review/approve", head, body)
                if answer.status != 303:
                    raise RuntimeError(f"approve: {answer.status}")
                times.append(answer.seconds)
        self.figures.add("batch_approve_500_s", statistics.median(times), "s", limit=1)

    def people(self) -> None:
        """A register of 210,000 people × 30 columns, against plain reading of the same file."""
        code = (ROOT / "bench" / "people.py").as_posix()
        count = "21000" if self.quick else "210000"
        env = {**os.environ, "LVZHI_DATABASE_URL": self.server.url, "LVZHI_VAR_DIR": str(self.folder),
               "LVZHI_SCHEMA": "lvzhi_import"}  # fmt: skip
        found = subprocess.run(
            [sys.executable, code, count], env=env, check=True, capture_output=True, text=True, cwd=ROOT
        )
        seconds, peak_mib, raw = map(float, found.stdout.split()[-3:])
        self.figures.add("import_people_210k_s", seconds, "s", limit=90, ratio=seconds / raw)
        self.figures.add("import_people_rss_mib", peak_mib, "MiB", limit=1024)

    def export(self) -> None:
        """A county's month as a table, written by a process of its own beside what else is in the database."""
        with self.app.app_context():
            last = city.fill_month(COUNTY, 10_000 if self.quick else 300_000, until=self.today)
        code = (ROOT / "bench" / "export.py").as_posix()
        env = {**os.environ, "LVZHI_DATABASE_URL": self.server.url, "LVZHI_VAR_DIR": str(self.folder),
               "PYTHONPATH": ROOT.as_posix()}  # fmt: skip
        for kind in ("csv", "xlsx"):
            command = [sys.executable, code, COUNTY, last.isoformat(), kind]
            found = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=ROOT)
            seconds, rows, peak_mib, before = map(float, found.stdout.split()[-4:])
            suffix = "" if kind == "csv" else f"_{kind}"
            self.figures.add(f"export_county_month{suffix}_mib", peak_mib, "MiB", limit=150)
            self.figures.add(f"export_county_month{suffix}_grows_mib", peak_mib - before, "MiB")
            self.figures.add(f"export_county_month{suffix}_rows_per_s", rows / seconds, "1/s")

    def reminders(self) -> None:
        """Everybody is told in the evening of a working day, beside a million records."""
        with self.app.app_context():
            workdays = load_workdays()
            city.fill_records(20_000 if self.quick else 1_000_000, until=self.today)
            db.session.execute(text("SET statement_timeout = 0"))
            day = workdays.add_workdays(self.today, -1)
            started = time.perf_counter()
            told = remind(day, workdays)
            db.session.commit()
            spent = time.perf_counter() - started
        self.figures.add("reminders_told", told, "people")
        self.figures.add("reminders_city_s", spent, "s", limit=60)

    def alerts(self) -> None:
        """Every rule over the whole city, most of which has logged nothing for weeks, then a morning on the ladder."""
        with self.app.app_context():
            workdays = load_workdays()
            city.fill_records(20_000 if self.quick else 1_000_000, until=self.today)
            db.session.execute(text("SET statement_timeout = 0"))
            day = workdays.add_workdays(self.today, -1)
            self._watch_since(day - timedelta(days=60))
            started = time.perf_counter()
            found = function_monitor.evaluate_all(day)
            db.session.commit()
            self.figures.add("alerts_city_s", time.perf_counter() - started, "s", limit=60)
            started = time.perf_counter()
            climbed = climb(workdays.add_workdays(day, 5), workdays)
            db.session.commit()
            spent = time.perf_counter() - started
        self.figures.add("alerts_raised", found["raised"], "alerts")
        self.figures.add("ladder_steps", climbed["up"], "notices")
        self.figures.add("ladder_told", climbed["told"], "people")
        self.figures.add("ladder_city_s", spent, "s", limit=60)

    def _watch_since(self, day: date) -> None:
        """As if the platform had been there for two months: every rule on, days since ``day`` count."""
        function_monitor.seed_rules(counts_from=day)
        since = json.dumps({"counts_from": day.isoformat()})
        statement = "UPDATE alert_rule SET params = params || CAST(:since AS jsonb) WHERE params ? 'counts_from'"
        db.session.execute(text(statement), {"since": since})
        db.session.execute(text("UPDATE alert_rule SET is_on = true"))
        db.session.commit()

    def score(self) -> None:
        """A score run over everybody, against the plain aggregate over the same sums."""
        with self.app.app_context():
            db.session.execute(text("SET statement_timeout = 0"))
            _sum_up()
            region = db.session.scalar(text("SELECT id FROM region WHERE code = '371300'")) or 0
            account = db.session.scalar(text("SELECT min(id) FROM account"))
            actor = Actor(account_id=account, display_name="bench")
            scheme = performance.default_scheme(region, year=self.today.year, actor=actor)
            performance.publish_scheme(scheme, actor=actor)
            db.session.commit()
            started = time.perf_counter()
            db.session.execute(
                text("SELECT person_id, sum(record_count), sum(minutes) FROM record_rollup GROUP BY 1")
            ).all()
            raw = time.perf_counter() - started
            started = time.perf_counter()
            performance.score_now(scheme, first=self.today.replace(day=1), last=self.today, actor=actor)
            db.session.commit()
            spent = time.perf_counter() - started
        self.figures.add("score_168k_s", spent, "s", limit=60, ratio=spent / raw)

    def library(self) -> None:
        """Search, proposals and power lists; see ``bench.library``."""
        library.proposals(self.figures, quick=self.quick)
        library.power_list(self.figures, self.folder, quick=self.quick)
        with self.app.app_context():
            login = city.logins(1, heads=True)[0]
            with self._web() as (port, _web):
                library.search(
                    self.figures,
                    lambda path: get_times(port, login, quote(path, safe="/?=&"), count=20),
                    quick=self.quick,
                )

    def close(self) -> None:
        self.server.leave()

    @contextmanager
    def _web(self) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
        port = free_port("127.0.0.1", 8200)
        env = {
            **os.environ, "LVZHI_DATABASE_URL": self.server.url, "LVZHI_VAR_DIR": str(self.folder),
            "LVZHI_PORT": str(port), "LVZHI_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        web = subprocess.Popen([sys.executable, "-m", "host.cli", "serve"], env=env, stdout=subprocess.DEVNULL)
        try:
            wait_for_web(port)
            yield port, web
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(30)

    def _cpu_seconds(self, web: subprocess.Popen[bytes]) -> float:
        """utime + stime of the web server and of this bench's PostgreSQL, their ended children included."""
        postmaster = int((self.server.data / "postmaster.pid").read_text().splitlines()[0])
        ticks = 0
        for parent in (web.pid, postmaster):
            for pid in (parent, *children_of(parent)):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(int(value) for value in fields[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _raw_insert_ms(self) -> float:
        """One committed psycopg INSERT of a record's columns into a plain table: the least it can cost."""
        dsn = self.server.url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(dsn) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS public.raw_record (id bigserial, person bigint, day date, words text)"
            )
            connection.commit()
            times = []
            for number in range(300):
                started = time.perf_counter()
                connection.execute(
                    "INSERT INTO public.raw_record (person, day, words) VALUES (%s, %s, %s)",
                    (number, self.today, "审核申报材料并提出意见"),
                )
                connection.commit()
                times.append(time.perf_counter() - started)
        raw = statistics.median(times) * 1000
        self.figures.add("raw_insert_ms", raw, "ms")
        return raw

    def _count_sql(self, method: str) -> int:
        """Statements of one request, the session's own included, BEGIN and COMMIT not."""
        seen: list[str] = []
        with self.app.app_context():
            login = city.logins(1, heads=method == "GET")[0]
            event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        client = self.app.test_client(use_cookies=False)
        headers = {"Cookie": f"__Host-lvzhi={login.cookie}", "Accept": "application/json"}
        if method == "GET":
            client.get("/duty-eval/review", headers=headers)
        else:
            body = {"csrf_token": login.csrf, "client_key": f"count-{time.time()}", "worked_on": self.today.isoformat(),
                    "post_duty_id": login.duty_id, "content": "审核材料"}  # fmt: skip
            answer = client.post("/duty-eval/records", data=body, headers=headers)
            assert answer.status_code == 201, answer.text
        return len(seen)


def _sum_up() -> None:
    """Roll-ups of this month for everybody, so that a score run has what a month leaves behind."""
    db.session.execute(
        text(
            "INSERT INTO record_rollup (person_id, month, section_id, unit_id, post_duty_id, record_count, approved_count,"
            " quantity, pieces, minutes, last_worked_on) SELECT a.person_id, date_trunc('month', CURRENT_DATE)::date, a.section_id,"
            " a.unit_id, d.id, 7, 6, 9, 9, 400, CURRENT_DATE FROM appointment a JOIN post_duty d ON d.post_id = a.post_id"
            " ON CONFLICT DO NOTHING"
        )
    )
    db.session.commit()
    db.session.execute(text("ANALYZE record_rollup"))


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("names", nargs="*", default=[])
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped, whoever ends the bench
    folder = Path(tempfile.mkdtemp(prefix="lvzhi-bench-", dir=os.environ.get("LVZHI_BENCH_DIR")))
    bench = Bench(folder, quick=arguments.quick)
    parts: dict[str, Callable[[], None]] = {
        "records": bench.records, "crash": bench.crash, "peak": bench.peak, "review": bench.review,
        "import": bench.people, "export": bench.export, "reminders": bench.reminders, "alerts": bench.alerts, "score": bench.score,
        "library": bench.library, "dashboards": bench.dashboards,
        "flowchart": lambda: flowcharts.measure(bench.figures),
    }  # fmt: skip
    try:
        if set(arguments.names) != {"flowchart"}:  # that part needs no city
            bench.prepare(2_000 if arguments.quick else 168_000)
        for name, part in parts.items():
            if not arguments.names or name in arguments.names:
                part()
        bench.figures.write(ROOT / "var" / "bench.json")
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
