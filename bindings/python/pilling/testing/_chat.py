"""Chat Completions: what is refused, what is answered, what it costs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pilling.testing._http import Reply, json_reply
from pilling.testing._plan import Fault
from pilling.testing._summaries import (
    estimated_tokens,
    fault_in_schema,
    identity,
    message_text,
    spoiled_summary,
    structured,
    subject_of,
    summary_of,
)

# An answer that comes, and is none.
ANSWER_FAULTS = {
    "refusal": "the model refuses: no content",
    "length": "cut off in the middle, finish_reason `length`",
    "content_filter": "cut off, finish_reason `content_filter`",
    "empty_content": "no content: everything went into reasoning",
    "ungrounded": "a summary that the text does not support",
    "wrong_language": "a summary in English",
    "too_long": "many more characters than a line",
    "several_lines": "a preface and a list instead of a line",
    "obedient": "what the text tells the model to say",
    "no_usage": "a summary, and no word of what it cost",
    "prose": "prose around the JSON that was asked for",
}

_KNOWN_FIELDS = frozenset(
    """model messages max_completion_tokens max_tokens temperature top_p n stop frequency_penalty presence_penalty seed
    response_format reasoning_effort verbosity service_tier store metadata prompt_cache_key prompt_cache_options
    safety_identifier user stream stream_options logprobs top_logprobs tools tool_choice parallel_tool_calls logit_bias
    modalities prediction""".split()
)


# The fake has no clock: the same questions give the same bytes.
CREATED_AT = 1893456000


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, the text it is about, and what it costs."""

    body: dict[str, Any]
    text: str
    usage: Mapping[str, int]


def error_reply(
    status: int,
    message: str,
    kind: str,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
    shape: str = "openai",
) -> Reply:
    """``shape``: whose server it is — "openai", "integer_code" (vLLM), "string" (vLLM's 401), "flat" (SGLang)."""
    document: dict[str, Any]
    if shape == "string":
        document = {"error": message}
    elif shape == "flat":
        document = {"object": "error", "message": message, "type": kind, "param": param, "code": status}
    else:
        number: object = status if shape == "integer_code" else code
        document = {"error": {"message": message, "type": kind, "param": param, "code": number}}
    return json_reply(document, status, headers)


def _wrong_tokens(body: Mapping[str, Any], profile: str) -> str:
    """The parameter that this kind of model does not know; empty when there is none."""
    if profile == "reasoning" and "max_tokens" in body:
        return "max_tokens"
    if profile == "legacy" and "max_completion_tokens" in body:
        return "max_completion_tokens"
    return ""


def refuse(
    body: Any, profile: str, models: tuple[str, ...], shape: str, formats: tuple[str, ...] = ()
) -> Reply | None:
    """The error that the request deserves. ``formats``: those of answers that the server knows; empty: all."""

    def wrong(message: str, param: str | None = None, code: str | None = None, status: int = 400) -> Reply:
        return error_reply(status, message, "invalid_request_error", code, param, shape=shape)

    if not isinstance(body, dict):
        return wrong("We could not parse the JSON body of your request.")
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str) or not model:
        return wrong("you must provide a model parameter")
    if models and model not in models:
        return wrong(f"The model `{model}` does not exist.", None, "model_not_found", 404)
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        return wrong("Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
    if wrong_name := _wrong_tokens(body, profile):
        return wrong(f"Unsupported parameter: '{wrong_name}' is not supported with this model.", wrong_name,
                     "unsupported_parameter")  # fmt: skip
    if profile == "reasoning" and body.get("temperature", 1) != 1:
        return wrong("Unsupported value: 'temperature' does not support this value with this model.", "temperature",
                     "unsupported_value")  # fmt: skip
    unknown = sorted(body.keys() - _KNOWN_FIELDS)
    if unknown and profile != "lenient":
        return wrong(f"Unrecognized request argument supplied: {unknown[0]}")
    if body.get("stream"):
        return wrong("This fake does not stream.", "stream", "unsupported_value")
    wanted = body.get("response_format")
    kind = wanted.get("type", "text") if isinstance(wanted, dict) else "text"
    if formats and kind not in formats:
        return wrong(f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model.",
                     "response_format")  # fmt: skip
    return _refuse_format(wanted, shape)


def _refuse_format(response_format: Any, shape: str) -> Reply | None:
    if not isinstance(response_format, dict) or response_format.get("type") != "json_schema":
        return None
    described = response_format.get("json_schema")
    schema = described.get("schema") if isinstance(described, dict) else None
    if not isinstance(described, dict) or not isinstance(schema, dict) or not described.get("name"):
        fault = "Missing required parameter: 'response_format.json_schema'."
    else:
        fault = fault_in_schema(schema) if described.get("strict") else ""
    if not fault:
        return None
    message = f"Invalid schema for response_format: {fault}"
    return error_reply(400, message, "invalid_request_error", None, "response_format", shape=shape)


def _content(body: Mapping[str, Any], summary: str) -> str:
    response_format = body.get("response_format")
    kind = response_format.get("type") if isinstance(response_format, dict) else "text"
    if kind == "json_schema" and isinstance(response_format, dict):
        return structured(response_format["json_schema"]["schema"], summary)
    if kind == "json_object":
        return structured({"type": "object", "properties": {"summary": {"type": "string"}}}, summary)
    return summary


def _limit(body: Mapping[str, Any]) -> int | None:
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return limit if isinstance(limit, int) and limit > 0 else None


def _cut(content: str, finish: str, body: Mapping[str, Any]) -> tuple[str, str]:
    """What is left of an answer that may not be longer."""
    limit = _limit(body)
    if finish == "stop" and limit is not None and estimated_tokens(content) > limit:
        return content.encode()[: limit * 4].decode(errors="ignore"), "length"
    return content, finish


def _written(body: Mapping[str, Any], kind: str, text: str) -> tuple[str | None, str]:
    """What the model writes, and how it ends."""
    summary = spoiled_summary(kind, summary_of(body["messages"]), text)
    content = _content(body, summary) if summary else ""
    match kind:
        case "refusal":
            return None, "stop"
        case "empty_content":
            return "", "length"
        case "length" | "content_filter":
            return content[: len(content) // 2], kind
        case "prose":
            content = f"물론입니다. 요약은 다음과 같습니다.\n```json\n{content}\n```"
    return _cut(content, "stop", body)


def answer(body: Mapping[str, Any], fault: Fault | None, number: int) -> Answer:
    """Writes the answer to an acceptable request. ``number`` tells answers to the same question apart."""
    kind = fault.name if fault else ""
    text = subject_of(body["messages"])
    content, finish = _written(body, kind, text)
    refusal = "I'm sorry, I can't help with that." if kind == "refusal" else None
    reasoning = (_limit(body) or 64) if kind == "empty_content" else 0
    prompt = sum(estimated_tokens(message_text(message)) + 4 for message in body["messages"])
    completion = (estimated_tokens(content) if content else 0) + reasoning
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    details: dict[str, Any] = {
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": 0},
    }
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    document = {
        "id": identity("chatcmpl-", body["model"], text, number),
        "object": "chat.completion",
        "created": CREATED_AT,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {**usage, **details},
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }
    if kind == "no_usage":
        del document["usage"]
    return Answer(document, text, usage)
