// A source of one's own: what a hospital mixes itself is in no public catalogue, yet is found like anything else.
//
//   own_source DATABASE

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <pilling/pilling.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

class TableSource : public pilling::MedicineSource {
 public:
  explicit TableSource(std::vector<pilling::Medicine> table) : table_(std::move(table)) {}

  std::string name() const override { return "hospital table"; }

  pilling::SourcePage<pilling::Medicine> fetch(const pilling::MedicineQuery& query,
                                               const pilling::CallOptions& /*the table is at hand*/) override {
    pilling::SourcePage<pilling::Medicine> page;
    for (const auto& medicine : table_) {
      const bool is_asked_for = query.id.value.empty() || query.id == medicine.id;
      if (is_asked_for && medicine.name.find(query.name) != std::string::npos) page.rows.push_back(medicine);
    }
    page.total = page.rows.size();
    if (query.page > 1) page.rows.clear();
    return page;
  }

 private:
  const std::vector<pilling::Medicine> table_;
};

std::shared_ptr<pilling::MedicineSource> make_hospital_table() {
  pilling::Medicine gargle;
  gargle.id = {"990000001"};
  gargle.name = "솔숲병원가글액";
  gargle.company = "솔숲병원 약제부";
  gargle.efficacy = "이 약은 구내염, 구강 건조의 완화에 사용합니다.";
  return std::make_shared<TableSource>(std::vector{gargle});
}

void search(const pilling::Engine& engine, std::string_view name) {
  const pilling::SearchResult result = engine.search(name);
  const bool was_fetched = result.answer.origin == pilling::Origin::live;
  for (const auto& match : result.matches) {
    std::cout << match.medicine->name << (was_fetched ? ", fetched: " : ", known: ") << match.medicine->summary->text
              << '\n';
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) {
    std::cerr << "usage: own_source DATABASE\n";
    return EXIT_FAILURE;
  }
  const pilling::Engine engine({.database = arguments[1], .sources = {make_hospital_table()}});
  search(engine, "솔숲병원");
  search(engine, "솔숲병원");
} catch (const std::exception& error) {
  std::cerr << "own_source: " << error.what() << '\n';
  return EXIT_FAILURE;
}
