"""Files and batches: uploaded, worked off poll by poll, and downloaded out of order."""

from __future__ import annotations

import dataclasses
import email
import json
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any

from pilling.testing._chat import CREATED_AT, error_reply
from pilling.testing._http import Reply, Request, json_reply
from pilling.testing._plan import Fault
from pilling.testing._summaries import identity

BATCH_FAULTS = {
    "batch_failed": "the batch fails when it is validated",
    "batch_expired": "the batch expires when `share` (0.5) of its lines are done",
    "batch_all_failed": "each line ends in the error file, and there is no output file",
    "batch_lines_failed": "`share` (0.25) of the lines end in the error file",
}

_MAXIMUM_LINES = 50_000

# Runs one line: the status and the body of its response, and what it cost.
RunLine = Callable[[Mapping[str, Any]], tuple[int, dict[str, Any], Mapping[str, int]]]


def _wrong(message: str, param: str | None = None, status: int = 400) -> Reply:
    return error_reply(status, message, "invalid_request_error", None, param)


def _not_found(what: str) -> Reply:
    return _wrong(f"No such {what}.", "id", 404)


def read_multipart(request: Request) -> tuple[dict[str, str], str, bytes] | None:
    """The plain fields of a form, and the name and bytes of its file; nothing when it is no such form."""
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        return None
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = email.message_from_bytes(head + request.body)
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    parts = form.get_payload()
    for part in parts if isinstance(parts, list) else ():
        name = str(part.get_param("name", header="content-disposition") or "")
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if part.get_filename() is not None:
            file = str(part.get_filename()), content
        else:
            fields[name] = content.decode().strip()
    return (fields, *file) if file else None


@dataclasses.dataclass(slots=True)
class _File:
    document: dict[str, Any]
    content: bytes


@dataclasses.dataclass(slots=True)
class _Batch:
    document: dict[str, Any]
    lines: list[dict[str, Any]]
    fault: Fault | None
    polls: int = 0

    @property
    def share(self) -> float:
        usual = 0.25 if self.fault and self.fault.name == "batch_lines_failed" else 0.5
        return float(self.fault.options.get("share", usual)) if self.fault else 0.0

    def is_spoiled(self, name: str) -> bool:
        return self.fault is not None and self.fault.name == name


def _fault_in_lines(content: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of a batch, and what is wrong with them."""
    lines: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    seen: set[str] = set()

    def complain(code: str, message: str, number: int | None) -> None:
        errors.append({"code": code, "message": message, "param": None, "line": number})

    for number, text in enumerate(content.decode(errors="replace").splitlines(), start=1):
        try:
            line = json.loads(text)
            name, body = line["custom_id"], line["body"]
        except (ValueError, KeyError, TypeError):
            complain("invalid_json_line", "This line is not parseable as valid JSON.", number)
            continue
        if name in seen:
            complain("duplicate_custom_id", f"The custom_id '{name}' was already used.", number)
        if line.get("method") != "POST" or line.get("url") != "/v1/chat/completions" or not isinstance(body, dict):
            complain("mismatched_url", "The line does not ask the endpoint of the batch.", number)
        seen.add(name)
        lines.append(line)
    if not lines and not errors:
        complain("empty_file", "The input file is empty.", None)
    if len(lines) > _MAXIMUM_LINES:
        complain("too_many_requests", f"A batch holds at most {_MAXIMUM_LINES} requests.", None)
    return lines, errors


class BatchDesk:
    """Thread-safe. A batch makes one step with each look at it, so that nobody need wait."""

    def __init__(self, run_line: RunLine, seed: Callable[[], int]) -> None:
        self._run_line = run_line
        self._seed = seed
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._files: dict[str, _File] = {}
            self._batches: dict[str, _Batch] = {}

    def upload(self, request: Request) -> Reply:
        form = read_multipart(request)
        if form is None:
            return _wrong("Send multipart/form-data with a file.", "file")
        fields, name, content = form
        if fields.get("purpose") != "batch":
            return _wrong("'purpose' must be 'batch' here.", "purpose")
        if not name.endswith(".jsonl"):
            return _wrong("The file must end with .jsonl.", "file")
        return json_reply(self._keep_file(name, content, "batch"))

    def _keep_file(self, name: str, content: bytes, purpose: str) -> dict[str, Any]:
        with self._lock:
            key = identity("file-", len(self._files), name, purpose)
            document = {
                "id": key,
                "object": "file",
                "bytes": len(content),
                "created_at": CREATED_AT,
                "expires_at": CREATED_AT + 2_592_000,
                "filename": name,
                "purpose": purpose,
                "status": "processed",
            }
            self._files[key] = _File(document, content)
            return document

    def file(self, key: str) -> Reply:
        with self._lock:
            return json_reply(self._files[key].document) if key in self._files else _not_found(f"File object: {key}")

    def content(self, key: str) -> Reply:
        with self._lock:
            if key not in self._files:
                return _not_found(f"File object: {key}")
            return Reply(200, self._files[key].content, "application/octet-stream")

    def delete_file(self, key: str) -> Reply:
        with self._lock:
            was_there = self._files.pop(key, None) is not None
        return json_reply({"id": key, "object": "file", "deleted": True}) if was_there else _not_found("File object")

    def create(self, body: Any, fault: Fault | None) -> Reply:
        if not isinstance(body, dict) or body.get("completion_window") != "24h":
            return _wrong("'completion_window' must be '24h'.", "completion_window")
        if body.get("endpoint") != "/v1/chat/completions":
            return _wrong("This fake knows the endpoint /v1/chat/completions only.", "endpoint")
        with self._lock:
            file = self._files.get(str(body.get("input_file_id")))
            if file is None:
                return _wrong("The input file does not exist.", "input_file_id")
            lines, errors = _fault_in_lines(file.content)
            if fault and fault.name == "batch_failed":
                errors = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached.", "param": None,
                           "line": None}]  # fmt: skip
            document = self._new_batch(body, len(lines), errors)
            self._batches[document["id"]] = _Batch(document, lines, fault)
            return json_reply(document)

    def _new_batch(self, body: Mapping[str, Any], lines: int, errors: list[dict[str, Any]]) -> dict[str, Any]:
        moments = ("in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at",
                   "cancelled_at")  # fmt: skip
        return {
            "id": identity("batch_", len(self._batches), body.get("input_file_id")),
            "object": "batch",
            "endpoint": body["endpoint"],
            "errors": {"object": "list", "data": errors} if errors else None,
            "input_file_id": body["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": CREATED_AT,
            "expires_at": CREATED_AT + 86_400,
            **dict.fromkeys(moments),
            "request_counts": {"total": 0 if errors else lines, "completed": 0, "failed": 0},
            "metadata": body.get("metadata"),
        }

    def look_at(self, key: str, polls_per_state: int) -> Reply:
        with self._lock:
            batch = self._batches.get(key)
            if batch is None:
                return _not_found(f"Batch: {key}")
            seen = json_reply(batch.document)
            batch.polls += 1
            if batch.polls % max(1, polls_per_state) == 0:
                self._step(batch)
            return seen

    def page(self, after: str, limit: int) -> Reply:
        with self._lock:
            newest_first = [batch.document for batch in reversed(self._batches.values())]
            keys = [document["id"] for document in newest_first]
            begin = keys.index(after) + 1 if after in keys else 0
            page = newest_first[begin : begin + limit]
            document = {
                "object": "list",
                "data": page,
                "first_id": page[0]["id"] if page else None,
                "last_id": page[-1]["id"] if page else None,
                "has_more": begin + limit < len(newest_first),
            }
            return json_reply(document)

    def cancel(self, key: str) -> Reply:
        with self._lock:
            batch = self._batches.get(key)
            if batch is None:
                return _not_found(f"Batch: {key}")
            if batch.document["status"] not in ("validating", "in_progress", "finalizing"):
                return _wrong(f"Cannot cancel a batch with status '{batch.document['status']}'.", status=409)
            self._enter(batch, "cancelling")
            return json_reply(batch.document)

    def _enter(self, batch: _Batch, state: str) -> None:
        batch.document["status"] = state
        batch.document[f"{state}_at"] = CREATED_AT + batch.polls

    def _step(self, batch: _Batch) -> None:
        match batch.document["status"]:
            case "validating":
                self._enter(batch, "failed" if batch.document["errors"] else "in_progress")
            case "in_progress" if batch.is_spoiled("batch_expired"):
                self._work(batch, round(len(batch.lines) * batch.share), "batch_expired")
                self._enter(batch, "expired")
            case "in_progress":
                self._work(batch, len(batch.lines), "")
                self._enter(batch, "finalizing")
            case "finalizing":
                self._enter(batch, "completed")
            case "cancelling":
                if batch.document["output_file_id"] is None:
                    self._work(batch, len(batch.lines) // 2, "batch_cancelled")
                self._enter(batch, "cancelled")

    def _work(self, batch: _Batch, count: int, reason: str) -> None:
        """Runs the first lines; the rest goes to the error file with the reason."""
        dice = random.Random(f"{self._seed()}:{batch.document['id']}")
        output: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        tokens = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        for line in batch.lines[:count]:
            status, body, usage = self._run(batch, line, dice)
            response = {"status_code": status, "request_id": identity("req_", line["custom_id"]), "body": body}
            (output if status == 200 else failed).append(_result(line, response, None))
            for ours, theirs in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
                tokens[ours] += usage.get(theirs, 0)
        for line in batch.lines[count:]:
            failed.append(_result(line, None, {"code": reason, "message": "This request could not be executed."}))
        tokens["total_tokens"] = tokens["input_tokens"] + tokens["output_tokens"]
        dice.shuffle(output)
        batch.document["usage"] = tokens
        batch.document["request_counts"] |= {"completed": len(output), "failed": len(failed)}
        batch.document["output_file_id"] = self._keep_lines("output", output)
        batch.document["error_file_id"] = self._keep_lines("errors", failed)

    def _run(
        self, batch: _Batch, line: Mapping[str, Any], dice: random.Random
    ) -> tuple[int, dict[str, Any], Mapping[str, int]]:
        is_lost = batch.is_spoiled("batch_lines_failed") and dice.random() < batch.share
        if is_lost or batch.is_spoiled("batch_all_failed"):
            error = {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}
            return 500, {"error": error}, {}
        return self._run_line(line["body"])

    def _keep_lines(self, name: str, lines: list[dict[str, Any]]) -> str | None:
        if not lines:
            return None
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        return str(self._keep_file(f"{name}.jsonl", content, "batch_output")["id"])


def _result(line: Mapping[str, Any], response: object, error: object) -> dict[str, Any]:
    key = identity("batch_req_", line["custom_id"])
    return {"id": key, "custom_id": line["custom_id"], "response": response, "error": error}
