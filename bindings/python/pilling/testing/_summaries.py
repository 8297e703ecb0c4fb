"""What a fake model writes: always the same for the same text, and made of its words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from pilling._core import extractive_summarizer

# How efficacy texts end: "… 의 완화에 사용합니다".
_ENDING = re.compile(r"(의\s*(완화|증상|치료|예방)|에\s*(사용|쓰|씁|효과)|을\s*위|를\s*위).*$", re.DOTALL)
_BEGINNING = re.compile(r"^\s*이 약은\s*")
# How Pilling marks what is data in its questions.
_MARKED_TEXT = re.compile(r"<설명>\n?(.*?)\n?</설명>", re.DOTALL)
_MARKED_KEYWORD = re.compile(r"<증상>(.*?)</증상>", re.DOTALL)
_ORDER = re.compile(r"(\S+(?: \S+)?)(?:라고|이라고) (?:답|출력)")
_KEYWORD = re.compile(r"['\"‘“「]([^'\"’”」]{1,40})['\"’”」]")


def estimated_tokens(text: str) -> int:
    """About two bytes of three make a token in Korean; a fake need not be more exact."""
    return max(1, (len(text.encode()) + 3) // 4)


def message_text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _question(messages: list[Mapping[str, Any]]) -> str:
    return next((message_text(message) for message in reversed(messages) if message.get("role") == "user"), "")


def subject_of(messages: list[Mapping[str, Any]]) -> str:
    """What the question is about: the text that the last message of the user marks, or else all of that message."""
    question = _question(messages)
    marked = _MARKED_TEXT.search(question)
    return marked[1] if marked else question


_LONGEST_SUMMARY = 60
_reader = extractive_summarizer()


def indications(text: str) -> list[str]:
    """What the text is for, as a model that reads well would say it, or else its first words."""
    read = _reader.summarize(text)
    words: list[str] = []
    for word in read.text.split(", ") if read is not None else ():
        if len(", ".join([*words, word])) > _LONGEST_SUMMARY:
            break
        words.append(word)
    return words or _first_words(text)


def _first_words(text: str) -> list[str]:
    first = re.split(r"[.\n]", _BEGINNING.sub("", text.strip()), maxsplit=1)[0]
    items = [item.strip() for item in re.split(r"[,，、]", _ENDING.sub("", first)) if item.strip()]
    return items[:3] or [text.strip()[:20] or "내용 없음"]


def summary_of(messages: list[Mapping[str, Any]]) -> str:
    text = subject_of(messages)
    rules = "".join(message_text(message) for message in messages if message.get("role") in ("system", "developer"))
    quoted = _MARKED_KEYWORD.search(_question(messages)) or _KEYWORD.search(rules)
    words = indications(text)
    if quoted and quoted[1] in text:
        words = [word for word in words if quoted[1] in word] or [quoted[1]]
    return ", ".join(words)[:_LONGEST_SUMMARY].rstrip(", ")


def spoiled_summary(kind: str, summary: str, text: str) -> str:
    """An answer that nobody should be shown."""
    match kind:
        case "ungrounded":
            made_up = ("암", "당뇨병", "고혈압", "치매", "탈모")
            return next((word for word in made_up if word not in text), "불로장생") + " 치료"
        case "wrong_language":
            return "Relief of headache and fever"
        case "too_long":
            return (summary + ", ") * 12
        case "several_lines":
            return f"요약:\n- {summary}\n"
        case "obedient":
            order = _ORDER.search(text)
            return order[1] if order else summary
        case "empty_content":
            return ""
    return summary


def _filled(schema: Mapping[str, Any], summary: str, words: list[str]) -> Any:
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: _filled(inner, summary, words) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        item = schema.get("items", {})
        return words if item.get("type", "string") == "string" else [_filled(item, summary, words)]
    return {"string": summary, "integer": len(words), "number": float(len(words)), "boolean": True}.get(kind)


def structured(schema: Mapping[str, Any], summary: str) -> str:
    """The summary in the form that was asked for: texts hold it whole, lists of texts its parts."""
    return json.dumps(_filled(schema, summary, summary.split(", ")), ensure_ascii=False)


def fault_in_schema(schema: Mapping[str, Any], path: str = "") -> str:
    """Why strict structured outputs would refuse it; empty when they would not."""
    if not path and schema.get("type") != "object":
        return "schema must be a JSON Schema of 'type: \"object\"'"
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return f"In context=({path}), 'additionalProperties' is required to be supplied and to be false."
        if missing := sorted(properties.keys() - set(schema.get("required", []))):
            return f"In context=({path}), 'required' must include every key in properties. Missing '{missing[0]}'."
        for name, inner in properties.items():
            if fault := fault_in_schema(inner, f"{path}/properties/{name}"):
                return fault
    if schema.get("type") == "array":
        return fault_in_schema(schema.get("items", {}), f"{path}/items")
    return ""


def identity(prefix: str, *parts: object) -> str:
    """An id that the same question always gets."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f"{prefix}{digest[:24]}"
