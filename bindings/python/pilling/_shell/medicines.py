"""The commands about medicines."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

import pilling
from pilling._shell import terminal
from pilling._shell.output import (
    FOUND,
    NOTHING_FOUND,
    complain,
    is_colored,
    print_answer_json,
    print_json,
    print_outcome,
    print_table,
)

# Matches that speak for themselves.
PLAIN_KINDS = (
    pilling.MatchKind.exact,
    pilling.MatchKind.brand,
    pilling.MatchKind.prefix,
    pilling.MatchKind.inside,
)


def search(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    result = engine.search(text, limit=options.limit, **_filters(options))
    if options.json:
        return print_answer_json(result, query=text)
    rows = [
        (
            match.kind.value.replace("_", " "),
            match.medicine.id,
            _highlighted_name(match),
            terminal.printable(match.medicine.company),
        )
        for match in result
    ]
    indent = 2 + max((sum(map(terminal.width, row[:2])) + 2 for row in rows), default=0)
    has_asked = False
    for position, (line, match) in enumerate(zip(terminal.table(rows), result)):
        if match.approximate and not has_asked:
            has_asked = True
            print("Similar names:" if position else f"No name is {terminal.printable(text)}. Did you mean:")
        print(line)
        is_plain = match.kind in PLAIN_KINDS and match.reading is pilling.TextReading.literal
        if match.approximate or not is_plain:
            print(" " * indent + match.why)
        if match.medicine.summary is not None:
            print(" " * indent + terminal.printable(match.medicine.summary.text))
    return print_outcome(result, result.answer, engine, "medicine of that name")


def symptom(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    result = engine.search_symptom(text, limit=options.limit, dispensing=options.dispensing)
    if options.json:
        code = print_answer_json(result, query=text)
        return code if result.red_flag is None else FOUND
    if result.red_flag is not None:
        flag = result.red_flag
        print(f"!! {terminal.printable(flag.name)}: {flag.number}")
        print(f"   {terminal.printable(flag.sentence)}")
        # A script that drops what "nothing was found" would drop the emergency.
        return FOUND
    for note in result.notes:
        print(f"!  {terminal.printable(note.name)}: {terminal.printable(note.sentence)}")
    if result.reading is not pilling.TextReading.literal:
        print("read as if the keyboard had been switched to Korean")
    names = {symptom.id: symptom.name for symptom in result.understood}
    if result.understood:
        print(f"understood: {_named(result.understood)}")
    if result.absent:
        print(f"not there:  {_named(result.absent)}")
    for match in result:
        found = [match.medicine.efficacy[begin:end] for begin, end in match.spans]
        words = [(start, start + len(word)) for word in found if (start := match.summary.find(word)) >= 0]
        name, company = terminal.printable(match.medicine.name), terminal.printable(match.medicine.company)
        print(f"{match.medicine.id}  {name}  {company}".rstrip())
        print(f"           {terminal.highlight(match.summary, words, is_colored())}")
        if match.missing:
            print(f"           not for: {terminal.printable(', '.join(names[id] for id in match.missing))}")
        if match.wider:
            print(f"           only in wider words: {terminal.printable(', '.join(names[id] for id in match.wider))}")
        if match.approximate:
            print("           may be for something else")
    return print_outcome(result, result.answer, engine, "medicine for that")


def suggest(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    names = engine.suggest(text, limit=options.limit, **_filters(options))
    if options.json:
        print_json({"query": text, "names": names})
    else:
        for name in names:
            print(terminal.printable(name))
    return FOUND if names else NOTHING_FOUND


def confusable(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    found = engine.confusable_names(text, limit=options.limit)
    if options.json:
        print_json({"query": text, "medicines": [dataclasses.asdict(one) for one in found]})
    rows = [
        (
            terminal.printable(one.brand),
            f"{one.edits} stroke{'' if one.edits == 1 else 's'} away",
            f"{one.similarity:.0%} alike",
            one.medicine.id,
            terminal.printable(one.medicine.name),
        )
        for one in found
    ]
    if not options.json:
        print_table(rows)
        if not rows:
            complain("no other brand is that near")
    return FOUND if found else NOTHING_FOUND


def show(options: argparse.Namespace, engine: pilling.Engine) -> int:
    medicine = engine.medicine(options.id)
    if options.json:
        print_json(None if medicine is None else dataclasses.asdict(medicine))
    elif medicine is None:
        complain(f"no medicine has the product code {options.id}")
    else:
        _print_medicine(medicine)
    return NOTHING_FOUND if medicine is None else FOUND


def _filters(options: argparse.Namespace) -> dict[str, str]:
    return {"company": options.company, "form": options.form, "dispensing": options.dispensing}


def _highlighted_name(match: pilling.MedicineMatch) -> str:
    name = match.medicine.name
    if match.text == name:
        return terminal.highlight(name, match.spans, is_colored())
    known_as = terminal.highlight(match.text, match.spans, is_colored())
    return f"{terminal.printable(name)} ({match.field.value.replace('_', ' ')}: {known_as})"


def _named(symptoms: Sequence[pilling.MentionedSymptom]) -> str:
    return terminal.printable(", ".join(one.name + (" (?)" if one.approximate else "") for one in symptoms))


def _print_medicine(medicine: pilling.Medicine) -> None:
    print(terminal.highlight(medicine.name, [(0, len(medicine.name))], is_colored()))
    facts = [
        ("Product code", medicine.id),
        ("English name", medicine.english_name),
        ("Company", medicine.company),
        ("Ingredients", medicine.ingredients),
        ("Dispensing", medicine.dispensing),
        ("In short", medicine.summary.text if medicine.summary else ""),
        ("Published", medicine.published_on),
        ("Updated", medicine.updated_on),
        ("Withdrawn", medicine.withdrawn_on),
        *(("Image", image) for image in medicine.images),
    ]
    print_table([(name, terminal.printable(value)) for name, value in facts if value])
    for title, text in (
        ("What it is for", medicine.efficacy),
        ("How to take it", medicine.usage),
        ("Before taking it", medicine.warnings),
        ("Who must not take it", medicine.precautions),
        ("What it does not go with", medicine.interactions),
        ("Side effects", medicine.side_effects),
        ("Storage", medicine.storage),
    ):
        if text:
            print(f"\n{terminal.highlight(title, [(0, len(title))], is_colored())}")
            for line in text.splitlines():
                print(f"  {terminal.printable(line)}".rstrip())
    print("\nAs the imported data says; not medical advice.")
