#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/error.hpp"
#include "pilling/source.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::python {
namespace {

/// What a source of Python learns of the call that it works for.
class CallView {
 public:
  explicit CallView(const CallOptions& call) : deadline_(call.deadline), stop_(call.stop) {}

  std::optional<double> time_left() const {
    if (deadline_ == std::chrono::steady_clock::time_point::max()) return std::nullopt;
    return std::max(0.0, std::chrono::duration<double>(deadline_ - std::chrono::steady_clock::now()).count());
  }
  bool is_over() const { return stop_.stop_requested() || std::chrono::steady_clock::now() >= deadline_; }

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::stop_token stop_;
};

// Where it was raised, which is no secret: "KeyError in own_source.py, line 12".
std::string place_of(const py::error_already_set& error) {
  auto text = py::cast<std::string>(error.type().attr("__name__"));
  py::object trace = error.trace() ? error.trace() : py::object(py::none());
  if (trace.is_none()) return text;
  while (!trace.attr("tb_next").is_none()) trace = trace.attr("tb_next");
  const auto file = py::cast<std::string>(py::str(trace.attr("tb_frame").attr("f_code").attr("co_filename")));
  return text + " in " + file.substr(file.find_last_of("/\\") + 1) + ", line " +
         py::cast<std::string>(py::str(trace.attr("tb_lineno")));
}

std::optional<std::chrono::milliseconds> seconds_of(const py::object& error) {
  const py::object seconds = error.attr("retry_after");
  if (seconds.is_none()) return std::nullopt;
  return to_milliseconds(seconds.cast<double>(), "retry_after");
}

[[noreturn]] void rethrow_own(const py::error_already_set& error, const py::module_& errors) {
  const py::object value = error.value();
  const std::string what = to_utf8(py::str(value));
  const auto is = [&](const char* name) { return error.matches(errors.attr(name)); };
  const auto text = [&](const char* member) { return to_utf8(py::str(value.attr(member))); };
  if (is("InvalidArgument")) throw InvalidArgument(what);
  if (is("StorageError")) throw StorageError(what, text("location"));
  if (is("Timeout")) throw Timeout(what, text("host"));
  if (is("NetworkError")) throw NetworkError(what, text("host"));
  if (is("ServiceError")) {
    throw ServiceError(what, text("service"), value.attr("status").cast<int>(), seconds_of(value));
  }
  if (is("Refused")) throw Refused(what, seconds_of(value));
  if (is("BadData")) throw BadData(what, text("source"));
  throw Error(what);
}

[[noreturn]] void rethrow(const py::error_already_set& error, const std::string& name) {
  const auto errors = py::module_::import("pilling._errors");
  if (error.matches(errors.attr("Error"))) rethrow_own(error, errors);
  const std::string what = name + " raised " + place_of(error);
  if (error.matches(PyExc_TimeoutError)) throw Timeout(what, name);
  if (error.matches(PyExc_ConnectionError)) throw NetworkError(what, name);
  throw Error(what);
}

}  // namespace

void PythonPart::drop() {
  is_dropped_ = true;
  const py::object dropped = std::exchange(object_, py::object());
}

template <class Ask>
auto PythonPart::call(const Ask& ask) const {
  const WantsGil wants;
  // Asked before the GIL, too: nobody may wait for it any more when the interpreter ends.
  if (is_dropped_) throw Refused(name_ + " was not asked: the engine is closed");
  const py::gil_scoped_acquire gil;
  const py::object object = object_;
  if (!object) throw Refused(name_ + " was not asked: the engine is closed");
  try {
    return ask(object);
  } catch (const py::error_already_set& error) {
    rethrow(error, name_);
  } catch (const py::cast_error&) {
    throw BadData(name_ + " gave a number that is none", name_);
  }
}

namespace {

Medicine to_medicine(const py::handle& object) {
  if (!py::isinstance(object, types().medicine)) throw InvalidArgument("is no pilling.Medicine");
  const auto text = [&](const char* member) {
    return to_utf8(require_str(object.attr(member), std::string("its ") + member));
  };
  Medicine medicine{.id = {text("id")},
                    .name = text("name"),
                    .english_name = text("english_name"),
                    .company = text("company"),
                    .ingredients = text("ingredients"),
                    .dispensing = text("dispensing"),
                    .efficacy = text("efficacy"),
                    .usage = text("usage"),
                    .warnings = text("warnings"),
                    .precautions = text("precautions"),
                    .interactions = text("interactions"),
                    .side_effects = text("side_effects"),
                    .storage = text("storage"),
                    .images = {},
                    .published_on = text("published_on"),
                    .updated_on = text("updated_on"),
                    .withdrawn_on = text("withdrawn_on"),
                    .summary = {}};
  require_no_str(object.attr("images"), "the images");
  for (const py::handle image : object.attr("images")) {
    medicine.images.push_back(to_utf8(require_str(image, "an image")));
  }
  if (medicine.id.value.empty() || medicine.name.empty()) throw InvalidArgument("has no id or no name");
  return medicine;
}

void add_rows(SourcePage<Medicine>& page, const py::object& rows) {
  std::uint64_t line = 0;
  for (const py::handle row : rows) {
    ++line;
    try {
      page.rows.push_back(to_medicine(row));
    } catch (const InvalidArgument& error) {
      page.skipped.push_back({.line = line, .reason = error.what()});
    }
  }
}

// A `SourcePage` is one page of so many rows; anything else that holds rows is all there is.
SourcePage<Medicine> to_page(const py::object& answer, const MedicineQuery& query) {
  SourcePage<Medicine> page;
  if (!py::isinstance(answer, types().source_page)) {
    if (query.page > 1) return page;
    add_rows(page, answer);
    page.total = page.rows.size() + page.skipped.size();
    return page;
  }
  add_rows(page, answer.attr("rows"));
  page.total = to_count(answer.attr("total").cast<std::int64_t>(), "total");
  for (const py::handle skipped : answer.attr("skipped")) {
    page.skipped.push_back({.line = skipped.attr("line").cast<std::uint64_t>(),
                            .reason = to_utf8(require_str(skipped.attr("reason"), "the reason of a skipped row"))});
  }
  return page;
}

std::optional<Summary> to_summary(const py::object& answer, const std::string& maker) {
  if (answer.is_none()) return std::nullopt;
  if (py::isinstance<py::str>(answer)) {
    return Summary{.text = to_utf8(answer),
                   .indications = {},
                   .maker = maker,
                   .made_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  }
  if (!py::isinstance(answer, types().summary)) throw BadData(maker + " gave neither str nor pilling.Summary", maker);
  Summary summary{.text = to_utf8(require_str(answer.attr("text"), "the text of a summary")),
                  .indications = {},
                  .maker = maker,
                  .made_at = to_instant(answer.attr("made_at"))};
  for (const py::handle indication : answer.attr("indications")) {
    summary.indications.push_back(to_utf8(require_str(indication, "an indication")));
  }
  return summary;
}

class PythonSource final : public MedicineSource {
 public:
  PythonSource(std::shared_ptr<PythonPart> part, bool lists_all) : part_(std::move(part)), lists_all_(lists_all) {}

  std::string name() const override { return part_->name(); }
  bool lists_all() const override { return lists_all_; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override {
    return part_->call([&](const py::object& source) {
      const py::object asked = types().medicine_query(query.name, query.id.value, query.page, query.rows);
      return to_page(source.attr("fetch")(asked, CallView(call)), query);
    });
  }

 private:
  std::shared_ptr<PythonPart> part_;
  bool lists_all_;
};

class PythonSummarizer final : public Summarizer {
 public:
  PythonSummarizer(std::shared_ptr<PythonPart> part, bool is_free) : part_(std::move(part)), is_free_(is_free) {}

  std::string maker() const override { return part_->name(); }
  bool is_free() const override { return is_free_; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    return part_->call([&](const py::object& summarizer) {
      const py::str text(request.text.data(), request.text.size());
      const py::str keyword(request.keyword.data(), request.keyword.size());
      return to_summary(summarizer.attr("summarize")(text, keyword, CallView(call)), maker());
    });
  }

 private:
  std::shared_ptr<PythonPart> part_;
  bool is_free_;
};

std::shared_ptr<PythonPart> to_part(const py::handle& object, const char* name, const char* method,
                                    std::vector<std::shared_ptr<PythonPart>>& parts) {
  const bool is_part = py::hasattr(object, name) && py::hasattr(object, method);
  if (!is_part || py::isinstance<py::type>(object)) {
    throw InvalidArgument(std::string("an object with `") + name + "` and `" + method + "` is needed, not " +
                          to_utf8(py::str(py::type::of(object).attr("__name__"))));
  }
  const py::object text = object.attr(name);
  return parts.emplace_back(std::make_shared<PythonPart>(py::reinterpret_borrow<py::object>(object),
                                                         to_utf8(require_str(text, std::string("the ") + name))));
}

bool flag_of(const py::handle& object, const char* member, bool otherwise) {
  return py::hasattr(object, member) ? py::bool_(object.attr(member)) : py::bool_(otherwise);
}

}  // namespace

std::shared_ptr<MedicineSource> to_source(const py::handle& source, std::vector<std::shared_ptr<PythonPart>>& parts) {
  if (py::isinstance<MedicineSource>(source)) return source.cast<std::shared_ptr<MedicineSource>>();
  return std::make_shared<PythonSource>(to_part(source, "name", "fetch", parts), flag_of(source, "lists_all", true));
}

std::shared_ptr<Summarizer> to_summarizer(const py::handle& summarizer,
                                          std::vector<std::shared_ptr<PythonPart>>& parts) {
  if (py::isinstance<Summarizer>(summarizer)) return summarizer.cast<std::shared_ptr<Summarizer>>();
  return std::make_shared<PythonSummarizer>(to_part(summarizer, "maker", "summarize", parts),
                                            flag_of(summarizer, "is_free", false));
}

void bind_parts(py::module_& core) {
  py::class_<CallView>(core, "Call", "The call that a source or summarizer works for.")
      .def_property_readonly("time_left", &CallView::time_left, "Seconds until its deadline; none without one.")
      .def_property_readonly("is_over", &CallView::is_over, "Nobody waits for the answer any more.");
}

}  // namespace pilling::python
