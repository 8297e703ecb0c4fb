"""Transports, limits, quotas and budgets from Python."""

import datetime
import http.server
import threading
from collections.abc import Iterator

import pilling
import pytest
from pilling.limits import (
    CircuitBreaker,
    CircuitBreakerOptions,
    CounterStore,
    DailyQuota,
    DollarBudget,
    ModelPrices,
    RateLimiter,
    RateLimiterOptions,
    ResilientTransport,
    RetryOptions,
    curl_transport,
    metrics_text,
)
from prometheus_client.parser import text_string_to_metric_families

DAY = datetime.date(2026, 11, 28)
NO_WAIT = RetryOptions(attempts=3, first_wait=0.0)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses of the server's script, then 200; says what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Proxy-Authorization", "")))
        body = self.path.encode()
        self.send_response(self.server.script.pop(0) if self.server.script else 200)
        self.send_header("X-Kind", "test")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.script, running.asked = [], []
        running.url = f"http://127.0.0.1:{running.server_port}"
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_transport_gives_any_reply(server):
    server.script = [404]
    reply = curl_transport().send(server.url + "/a", query=[("이름", "a b")], timeout=20)

    assert reply.status == 404
    assert reply.header("x-kind") == "test"
    assert reply.body == b"/a?%EC%9D%B4%EB%A6%84=a%20b"


def test_a_proxy_is_asked_and_its_password_is_in_no_error(server):
    proxy = server.url.replace("//", "//reader:pSECRET@")

    reply = curl_transport(proxy=proxy).send("http://service.invalid/x", timeout=20)
    with pytest.raises(pilling.NetworkError) as raised:
        curl_transport(proxy=proxy).send("https://service.invalid/x", timeout=20)

    assert reply.body == b"http://service.invalid/x"
    assert server.asked[0][1].startswith("Basic ")
    assert "SECRET" not in str(raised.value)
    assert raised.value.host == "service.invalid"


def test_curl_options_are_checked(tmp_path):
    with pytest.raises(pilling.InvalidArgument):
        curl_transport(proxy="ftp://proxy")
    with pytest.raises(pilling.InvalidArgument):
        curl_transport(total_timeout=-1)
    with pytest.raises(pilling.InvalidArgument):
        curl_transport(connect_timeout=float("nan"))
    with pytest.raises(pilling.StorageError) as raised:
        curl_transport(ca_file=tmp_path / "absent.pem")
    assert raised.value.location.endswith("absent.pem")


def test_a_reply_above_the_limit_is_refused(server):
    with pytest.raises(pilling.BadData):
        curl_transport(maximum_response_bytes=10).send(server.url, timeout=20)


def test_a_call_ends_in_time(server):
    with pytest.raises(pilling.Timeout):
        curl_transport().send(server.url, timeout=0)
    assert server.asked == []


def test_a_resilient_transport_repeats_and_tells(server):
    server.script = [503, 503]
    transport = ResilientTransport(curl_transport(), retry=NO_WAIT)

    assert transport.send(server.url + "/a").status == 200

    (host,) = transport.stats()
    assert host.host == server.url.removeprefix("http://")
    assert (host.calls, host.tries, host.retries, host.refused) == (1, 3, 2, 0)
    assert host.breaker.state == "closed"
    assert host.limiter.requests_per_minute == 0


def test_a_broken_service_is_left_alone(server):
    server.script = [500] * 3
    transport = ResilientTransport(
        curl_transport(), retry=RetryOptions(attempts=1), breaker=CircuitBreakerOptions(minimum_calls=3, first_open=60)
    )
    for _ in range(3):
        transport.send(server.url)

    with pytest.raises(pilling.Refused) as raised:
        transport.send(server.url)

    assert raised.value.retry_after is None or raised.value.retry_after > 0
    assert transport.stats()[0].breaker.state == "open"
    assert len(server.asked) == 3


def test_wrong_options_are_refused():
    with pytest.raises(pilling.InvalidArgument):
        ResilientTransport(curl_transport(), retry=RetryOptions(attempts=0))
    with pytest.raises(TypeError):
        ResilientTransport(None)


def test_a_breaker_stands_alone():
    breaker = CircuitBreaker("printer", CircuitBreakerOptions(minimum_calls=2, window_calls=2))
    for _ in range(2):
        breaker.begin().failed(0.1)

    with pytest.raises(pilling.Refused, match="printer"):
        breaker.begin()

    assert breaker.stats().state == "open"
    assert breaker.stats().refused == 1
    assert 0 < breaker.stats().open_for < 60


def test_a_limiter_stands_alone():
    limiter = RateLimiter("printer", RateLimiterOptions(requests_per_minute=1, first_share=1.0, longest_wait=0.0))
    permit = limiter.acquire()

    with pytest.raises(pilling.Refused, match="printer"):
        limiter.acquire()

    limiter.give_back(permit)
    limiter.acquire(timeout=20)
    assert limiter.stats().refused == 1


def test_counters_survive_a_restart_in_a_database(tmp_path):
    assert CounterStore.open(tmp_path / "counters.db").add("calls", DAY, 2) == 2

    again = CounterStore.open(tmp_path / "counters.db")

    assert again.get("calls", DAY) == 2
    assert again.get("calls", DAY + datetime.timedelta(days=1)) == 0
    assert CounterStore().get("calls", DAY) == 0


def test_a_quota_is_taken_given_back_and_closed():
    quota = DailyQuota(CounterStore(), calls_per_day=2, name="key")
    day = quota.take("getDrbEasyDrugList")
    quota.give_back("getDrbEasyDrugList", day)
    assert quota.remaining("getDrbEasyDrugList") == 2
    quota.close("getDrbEasyDrugList", day)

    with pytest.raises(pilling.Refused):
        quota.take("getDrbEasyDrugList")

    assert isinstance(day, datetime.date)
    (stats,) = quota.stats()
    assert (stats.name, stats.operation, stats.calls_per_day, stats.remaining) == ("key", "getDrbEasyDrugList", 2, 0)


def test_prices_come_with_the_library_and_can_be_added():
    prices = ModelPrices.bundled()
    before = len(prices)
    prices.set("own-model", input=1.0, output=2.0, since=DAY, cached_input=0.5)

    assert before > 0
    assert len(prices) == before + 1
    assert prices.find("own-model", DAY).cached_input == 0.5
    assert prices.find("own-model", DAY).cache_write is None
    assert prices.find("no-such-model", DAY) is None
    assert prices.dollars("own-model", DAY, input=1000, output=500) == pytest.approx(0.002)
    with pytest.raises(pilling.InvalidArgument):
        prices.dollars("no-such-model", DAY, input=1)


@pytest.fixture
def budget() -> DollarBudget:
    prices = ModelPrices()
    prices.set("m", input=1.0, output=1.0, since=datetime.date(2026, 1, 1))
    return DollarBudget(CounterStore(), prices, dollars_per_day=1.0, name="team")


def test_a_budget_reserves_the_worst_and_settles_what_was_used(budget):
    with budget.reserve("m", input=900_000) as reservation:
        assert budget.stats().dollars_today == pytest.approx(0.9)
        with pytest.raises(pilling.Refused):
            budget.reserve("m", input=200_000)
        reservation.settle(input=100_000)

    assert budget.stats().dollars_today == pytest.approx(0.1)
    assert budget.stats().refused == 1


def test_money_comes_back_unless_it_is_kept(budget):
    with pytest.raises(LookupError), budget.reserve("m", input=500_000):
        raise LookupError
    assert budget.stats().dollars_today == 0

    with budget.reserve("m", input=500_000) as reservation:
        reservation.keep()
    assert budget.stats().dollars_today == pytest.approx(0.5)

    budget.reserve("m", input=100_000)  # dropped at once
    assert budget.stats().dollars_today == pytest.approx(0.5)


def test_one_text_tells_of_all_limits(server, budget):
    transport = ResilientTransport(curl_transport(), retry=NO_WAIT)
    transport.send(server.url)
    quotas = [DailyQuota(CounterStore(), calls_per_day=5, name=name) for name in ("first", "second")]
    for quota in quotas:
        quota.take("getRestDeInfo")

    families = {family.name: family for family in text_string_to_metric_families(
        metrics_text(quotas[0], transport, budget, quotas[1])
    )}

    assert all(family.documentation for family in families.values())
    (calls,) = families["pilling_host_calls"].samples
    assert calls.value == 1
    left = {sample.labels["quota"]: sample.value for sample in families["pilling_quota_calls_left"].samples}
    assert left == {"first": 4, "second": 4}
    states = {sample.labels["state"]: sample.value for sample in families["pilling_breaker_state"].samples}
    assert states == {"closed": 1, "open": 0, "half open": 0}
    assert families["pilling_budget_dollars_today"].samples[0].labels == {"budget": "team"}
    assert metrics_text() == ""
    with pytest.raises(pilling.InvalidArgument):
        metrics_text(object())
