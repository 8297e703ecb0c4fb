"""Opens a database, imports medicines and pharmacies, and asks four questions:

    quickstart.py DATABASE [MEDICINES PHARMACIES]
"""

import sys

import pilling


def print_import(what: str, report: pilling.ImportReport) -> None:
    print(
        f"{what}: {report.rows} rows, {report.added} added, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.older} older, {len(report.skipped)} skipped"
    )


def print_found(count: int, answer: pilling.Answer) -> None:
    print(f"  {count} found in {answer.elapsed_seconds * 1e6:.1f} µs")
    for warning in answer.warnings:
        print(f"  note: {warning}")


def search(engine: pilling.Engine, name: str) -> None:
    result = engine.search(name, limit=5)

    print(f"\nMedicines called {name}")
    for match in result:
        print(f"  {match.kind.value}{', similar' if match.approximate else ''}: {match.medicine.name}")
        if match.medicine.summary:
            print(f"    {match.medicine.summary.text}")
    print_found(len(result), result.answer)


def search_symptom(engine: pilling.Engine, symptom: str) -> None:
    result = engine.search_symptom(symptom, limit=5)

    print(f"\nMedicines for {symptom}")
    for match in result:
        print(f"  {match.medicine.name}: {match.summary}")
    print_found(len(result), result.answer)


def find_pharmacies(engine: pilling.Engine, latitude: float, longitude: float) -> None:
    result = engine.pharmacies_near(latitude, longitude, radius_meters=500, limit=5)

    print("\nPharmacies near Seoul City Hall")
    for nearby in result:
        hours = nearby.today or "hours of today unknown"
        print(f"  {nearby.pharmacy.name}, {nearby.distance_meters:.0f} m, {hours}")
    print_found(len(result), result.answer)


def main(arguments: list[str]) -> None:
    if len(arguments) not in (1, 3):
        sys.exit("usage: quickstart.py DATABASE [MEDICINES PHARMACIES]")
    with pilling.Engine(arguments[0]) as engine:
        if len(arguments) == 3:
            print_import("Medicines", engine.import_medicines(arguments[1]))
            print_import("Pharmacies", engine.import_pharmacies(arguments[2]))
        search(engine, "활명수")
        search(engine, "타이레놀")
        search_symptom(engine, "콧물 기침")
        find_pharmacies(engine, 37.5665, 126.9780)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except pilling.Error as error:
        sys.exit(f"quickstart.py: {error}")
