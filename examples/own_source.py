"""A source of one's own: what a hospital mixes itself is in no public catalogue, yet is found like anything else.

own_source.py DATABASE
"""

import sys

import pilling

GARGLE = pilling.Medicine(
    id="990000001",
    name="솔숲병원가글액",
    company="솔숲병원 약제부",
    efficacy="이 약은 구내염, 구강 건조의 완화에 사용합니다.",
)


class TableSource:
    name = "hospital table"

    def fetch(self, query: pilling.sources.MedicineQuery, call: pilling.sources.Call) -> list[pilling.Medicine]:
        return [medicine for medicine in [GARGLE] if query.name in medicine.name and query.id in ("", medicine.id)]


with pilling.Engine(sys.argv[1], sources=[TableSource()]) as engine:
    for _ in range(2):
        result = engine.search("솔숲병원")
        how = "fetched" if result.answer.origin is pilling.Origin.live else "known"
        for match in result:
            assert match.medicine.summary
            print(f"{match.medicine.name}, {how}: {match.medicine.summary.text}")
