"""Who writes summaries: a language model whose answers are checked, or the words of the text itself."""

from pilling._core import OpenAiOptions, Summarizer, SummaryBatches, extractive_summarizer, openai_summarizer
from pilling._types import BatchAnswer, BatchStatus, SummarizerStats, Summary, SummaryCost, TokenUsage

__all__ = [
    "BatchAnswer",
    "BatchStatus",
    "OpenAiOptions",
    "Summarizer",
    "SummarizerStats",
    "Summary",
    "SummaryBatches",
    "SummaryCost",
    "TokenUsage",
    "extractive_summarizer",
    "openai_summarizer",
]
