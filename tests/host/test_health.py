from flask.testing import FlaskClient


def test_the_host_says_that_it_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert answer.get_json() == {"status": "ok"}


def test_without_a_scheduler_the_host_is_ready_but_says_so(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.get_json()["checks"] == {"database": "ok", "migrations": "ok", "scheduler": "degraded"}
