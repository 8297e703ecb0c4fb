"""The OpenAI-compatible server as the fake plays it."""

import contextlib
import http.client
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from pilling.testing.fake_services import FakeOpenAi, OpenAiSettings

TEXT = "이 약은 두통, 치통, 열이 나는 감기에 사용합니다."
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["summary", "indications"],
    "properties": {"summary": {"type": "string"}, "indications": {"type": "array", "items": {"type": "string"}}},
}


@pytest.fixture
def server() -> Iterator[FakeOpenAi]:
    with FakeOpenAi() as running:
        yield running


class Answer:
    def __init__(self, reply: http.client.HTTPResponse) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self.body = reply.read()

    def json(self) -> Any:
        return json.loads(self.body)


def send(server: FakeOpenAi, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    port = urllib.parse.urlsplit(server.url).port
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, f"/v1{path}", body, {name.replace("_", "-"): text for name, text in headers.items()})
        with connection.getresponse() as reply:
            return Answer(reply)


def question(text: str = TEXT, **more: object) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "system", "content": "줄이십시오."}, {"role": "user", "content": text}],
            **more}  # fmt: skip


def post(server: FakeOpenAi, path: str, document: object, **headers: str) -> Answer:
    return send(server, "POST", path, json.dumps(document).encode(), **headers)


def chat(server: FakeOpenAi, text: str = TEXT, **more: object) -> Answer:
    return post(server, "/chat/completions", question(text, **more))


def content_of(answer: Answer) -> Any:
    return answer.json()["choices"][0]["message"]["content"]


def upload(server: FakeOpenAi, lines: list[dict[str, Any]], name: str = "x.jsonl", purpose: str = "batch") -> Answer:
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    form = (
        f'--B\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{content}\r\n--B--\r\n"
    )
    return send(server, "POST", "/files", form.encode(), Content_Type="multipart/form-data; boundary=B")


def batch_lines(count: int) -> list[dict[str, Any]]:
    return [
        {"custom_id": f"drug-{at}", "method": "POST", "url": "/v1/chat/completions",
         "body": question(f"이 약은 병{at}에 사용합니다.")}
        for at in range(count)
    ]  # fmt: skip


def start_batch(server: FakeOpenAi, lines: list[dict[str, Any]]) -> str:
    file = upload(server, lines).json()["id"]
    wanted = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h",
              "metadata": {"job": "summaries"}}  # fmt: skip
    return str(post(server, "/batches", wanted).json()["id"])


def finish(server: FakeOpenAi, batch: str) -> tuple[list[str], Any]:
    """The states that a poller sees, and the last batch object."""
    states: list[str] = []
    while not states or states[-1] not in ("completed", "failed", "expired", "cancelled"):
        document = send(server, "GET", f"/batches/{batch}").json()
        states.append(document["status"])
    return states, document


def lines_of(server: FakeOpenAi, file: str | None) -> list[Any]:
    content = send(server, "GET", f"/files/{file}/content").body.decode() if file else ""
    return [json.loads(line) for line in content.splitlines()]


def test_a_summary_is_made_of_the_text_and_always_the_same(server):
    first, second = chat(server).json(), chat(server).json()

    choice = first["choices"][0]
    assert choice["message"]["content"] == "두통, 치통, 열이 나는 감기"
    assert choice["finish_reason"] == "stop"
    assert second["choices"] == first["choices"]
    usage = first["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_quoted_keyword_is_what_the_summary_speaks_of(server):
    rules = {"role": "system", "content": "이 약이 '치통'에 어떻게 쓰이는지 쓰십시오."}

    answer = chat(server, messages=[rules, {"role": "user", "content": [{"type": "text", "text": TEXT}]}])

    assert content_of(answer) == "치통"


def test_structured_outputs_follow_the_schema(server):
    wanted = {"type": "json_schema", "json_schema": {"name": "summary", "strict": True, "schema": SCHEMA}}

    answer = json.loads(content_of(chat(server, response_format=wanted)))

    assert answer == {"summary": "두통, 치통, 열이 나는 감기", "indications": ["두통", "치통", "열이 나는 감기"]}


def test_a_loose_schema_is_refused_when_strict(server):
    loose = {key: value for key, value in SCHEMA.items() if key != "additionalProperties"}
    wanted = {"type": "json_schema", "json_schema": {"name": "summary", "strict": True, "schema": loose}}

    answer = chat(server, response_format=wanted)

    assert (answer.status, answer.json()["error"]["param"]) == (400, "response_format")


def test_a_limit_on_tokens_cuts_the_answer(server):
    answer = chat(server, max_completion_tokens=2).json()["choices"][0]

    assert answer["finish_reason"] == "length"
    assert TEXT[5:].startswith(answer["message"]["content"])


@pytest.mark.parametrize(
    ("fault", "finish_reason", "content"),
    [
        ("refusal", "stop", None),
        ("length", "length", "두통, 치통, "),
        ("content_filter", "content_filter", "두통, 치통, "),
        ("empty_content", "length", ""),
        ("ungrounded", "stop", "암 치료"),
        ("wrong_language", "stop", "Relief of headache and fever"),
    ],
)
def test_models_answer_what_nobody_should_be_shown(server, fault, finish_reason, content):
    server.fail(fault)

    choice = chat(server).json()["choices"][0]

    assert choice["finish_reason"] == finish_reason
    assert choice["message"]["content"] == content
    assert bool(choice["message"]["refusal"]) == (fault == "refusal")


@pytest.mark.parametrize(
    ("fault", "status", "code", "advice"),
    [
        ("rate_limit", 429, "rate_limit_exceeded", {"retry-after": "1", "retry-after-ms": "20"}),
        ("rate_limit_without_advice", 429, "rate_limit_exceeded", {"retry-after": None}),
        ("rate_limit_long", 429, "rate_limit_exceeded", {"retry-after": "300"}),
        ("insufficient_quota", 429, "insufficient_quota", {}),
        ("final_server_error", 500, None, {"x-should-retry": "false"}),
        ("overloaded", 503, "server_is_overloaded", {}),
    ],
)
def test_requests_are_refused_in_many_ways(server, fault, status, code, advice):
    server.fail(fault)

    answer = chat(server)

    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    for name, value in advice.items():
        assert answer.headers.get(name) == value
    assert server.log.as_json()["billed"]["answers"] == 0
    assert chat(server).status == 200


def test_the_shape_of_errors_is_that_of_the_server(server):
    for shape, expected in (("string", str), ("integer_code", int), ("flat", type(None))):
        server.set(error_shape=shape)
        server.fail("server_error")

        document = chat(server).json()

        error = document.get("error")
        assert isinstance(error["code"] if isinstance(error, dict) else error, expected)


def test_keys_and_models_are_checked(server):
    server.set(api_keys=("sk-1",), models=("good",))

    assert chat(server).json()["error"]["code"] == "invalid_api_key"
    right = post(server, "/chat/completions", question(model="good"), Authorization="Bearer sk-1")
    wrong = post(server, "/chat/completions", question(model="bad"), Authorization="Bearer sk-1")
    assert right.status == 200
    assert (wrong.status, wrong.json()["error"]["code"]) == (404, "model_not_found")


def test_models_know_one_name_for_the_limit_of_tokens(server):
    def refused(profile: str, parameter: str) -> object:
        server.set(profile=profile)
        return chat(server, **{parameter: 50}).json().get("error", {}).get("param")

    assert refused("reasoning", "max_tokens") == "max_tokens"
    assert refused("reasoning", "max_completion_tokens") is None
    assert refused("legacy", "max_completion_tokens") == "max_completion_tokens"
    assert refused("legacy", "max_tokens") is None
    server.set(profile="reasoning")
    assert chat(server, temperature=0).json()["error"]["code"] == "unsupported_value"


def test_unknown_fields_are_refused_unless_the_server_is_lenient(server):
    assert chat(server, colour="red").status == 400
    server.set(profile="lenient")
    assert chat(server, colour="red").status == 200


def test_limits_of_a_minute_are_told_in_headers():
    now = [100.0]
    with FakeOpenAi(OpenAiSettings(requests_per_minute=2), now=lambda: now[0]) as server:
        first, second, third = chat(server), chat(server), chat(server)

        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        assert first.headers["x-ratelimit-reset-requests"] == "1m0s"
        assert second.status == 200
        assert (third.status, third.headers["retry-after-ms"]) == (429, "60000")
        now[0] += 60
        assert chat(server).status == 200


def test_the_log_proves_what_was_paid_for(server):
    server.fail("truncated")
    with pytest.raises(http.client.IncompleteRead):
        chat(server, "이 약은 두통에 사용합니다.")
    server.fail("rate_limit")
    for text in ("이 약은 두통에 사용합니다.", "이 약은 기침에 사용합니다.", "이 약은 기침에 사용합니다."):
        chat(server, text)

    log = server.log.as_json()

    # What broke off on its way was paid for, what was refused was not.
    assert log["billed"]["texts"] == {"이 약은 두통에 사용합니다.": 1, "이 약은 기침에 사용합니다.": 2}
    assert log["operations"]["chat"]["questions"]["이 약은 두통에 사용합니다."] == 2
    assert log["billed"]["tokens"]["total_tokens"] > 0


def test_a_batch_goes_through_its_states_and_out_of_order(server):
    batch = start_batch(server, batch_lines(20))

    states, document = finish(server, batch)

    assert states == ["validating", "in_progress", "finalizing", "completed"]
    assert document["request_counts"] == {"total": 20, "completed": 20, "failed": 0}
    assert document["metadata"] == {"job": "summaries"}
    assert document["error_file_id"] is None
    lines = lines_of(server, document["output_file_id"])
    keys = [line["custom_id"] for line in lines]
    assert sorted(keys) == sorted(f"drug-{at}" for at in range(20))
    assert keys != [f"drug-{at}" for at in range(20)]
    by_key = {line["custom_id"]: line["response"]["body"]["choices"][0]["message"]["content"] for line in lines}
    assert by_key["drug-7"] == "병7"
    assert document["usage"]["total_tokens"] == server.log.as_json()["billed"]["tokens"]["total_tokens"]


def test_a_batch_may_take_its_time(server):
    server.set(polls_per_state=3)

    states, _ = finish(server, start_batch(server, batch_lines(1)))

    assert [states.count(state) for state in ("validating", "in_progress", "finalizing")] == [3, 3, 3]


def test_an_expired_batch_keeps_what_was_done(server):
    server.fail("batch_expired", operation="batches.create", share=0.4)

    states, document = finish(server, start_batch(server, batch_lines(10)))

    assert states[-1] == "expired"
    assert document["request_counts"] == {"total": 10, "completed": 4, "failed": 6}
    assert len(lines_of(server, document["output_file_id"])) == 4
    errors = lines_of(server, document["error_file_id"])
    assert {line["error"]["code"] for line in errors} == {"batch_expired"}
    assert server.log.as_json()["billed"]["answers"] == 4


def test_a_batch_whose_lines_all_failed_has_no_output(server):
    server.fail("batch_all_failed", operation="batches.create")

    states, document = finish(server, start_batch(server, batch_lines(3)))

    assert (states[-1], document["output_file_id"]) == ("completed", None)
    assert [line["response"]["status_code"] for line in lines_of(server, document["error_file_id"])] == [500] * 3


def test_single_lines_fail_in_the_error_file(server):
    lines = batch_lines(4)
    lines[2]["body"]["max_tokens"] = 3
    server.set(profile="reasoning")

    _, document = finish(server, start_batch(server, lines))

    failed = lines_of(server, document["error_file_id"])
    assert [(line["custom_id"], line["response"]["status_code"]) for line in failed] == [("drug-2", 400)]


def test_a_batch_with_bad_lines_fails_as_a_whole(server):
    lines = batch_lines(2)
    lines[1]["custom_id"] = lines[0]["custom_id"]

    states, document = finish(server, start_batch(server, lines))

    assert states == ["validating", "failed"]
    assert document["errors"]["data"][0]["line"] == 2
    assert document["request_counts"]["completed"] == 0


def test_a_cancelled_batch_keeps_and_charges_what_was_done(server):
    batch = start_batch(server, batch_lines(4))

    send(server, "POST", f"/batches/{batch}/cancel")

    states, document = finish(server, batch)
    assert states == ["cancelling", "cancelled"]
    assert document["request_counts"]["completed"] == 2
    assert send(server, "POST", f"/batches/{batch}/cancel").status == 409


def test_batches_are_listed_newest_first(server):
    made = [start_batch(server, batch_lines(1)) for _ in range(3)]

    first = send(server, "GET", "/batches?limit=2").json()
    rest = send(server, "GET", f"/batches?limit=2&after={first['last_id']}").json()

    assert [batch["id"] for batch in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)


def test_uploads_and_batches_are_checked(server):
    assert upload(server, batch_lines(1), name="x.txt").status == 400
    assert upload(server, batch_lines(1), purpose="assistants").status == 400
    assert send(server, "POST", "/files", b"{}").status == 400
    missing = {"input_file_id": "file-none", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    assert post(server, "/batches", missing).json()["error"]["param"] == "input_file_id"
    assert post(server, "/batches", {**missing, "completion_window": "1h"}).status == 400
    assert send(server, "GET", "/batches/batch_none").status == 404
    assert send(server, "GET", "/nothing").status == 404


def test_rates_draw_anew_for_each_text_and_attempt(server):
    server.fail("ungrounded", rate=0.3)
    texts = [f"이 약은 병{at}에 사용합니다." for at in range(40)]

    first = [content_of(chat(server, text)) == "암 치료" for text in texts]
    server.reset()
    server.fail("ungrounded", rate=0.3)
    again = {text: content_of(chat(server, text)) == "암 치료" for text in reversed(texts)}

    assert 4 <= sum(first) <= 20
    assert [again[text] for text in texts] == first
