#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::python {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The names of an enumeration's values, in their order.
template <std::size_t count>
class Names {
 public:
  constexpr Names(const char* what, std::array<const char*, count> names) : what_(what), names_(names) {}

  template <class Value>
  Value value_of(std::string_view name) const {
    std::string known;
    for (std::size_t i = 0; i < count; ++i) {
      if (name == names_[i]) return static_cast<Value>(i);
      known += std::string(known.empty() ? "" : ", ") + names_[i];
    }
    throw InvalidArgument(std::string(what_) + " is one of " + known);
  }
  template <class Value>
  const char* name_of(Value value) const {
    return names_.at(static_cast<std::size_t>(value));
  }

 private:
  const char* what_;
  std::array<const char*, count> names_;
};

constexpr Names key_headers("key_header", std::array{"bearer", "api_key"});
constexpr Names limit_names("output_limit_name", std::array{"max_completion_tokens", "max_tokens"});
constexpr Names answer_forms("answer_form", std::array{"json_schema", "json_object", "plain"});

py::object status_of(const BatchStatus& status) {
  return types().batch_status(status.id, status.state, status.is_over, status.total, status.completed, status.failed);
}

/// Holds the summarizer that the batches belong to.
class BatchesHandle {
 public:
  explicit BatchesHandle(std::shared_ptr<Summarizer> summarizer) : summarizer_(std::move(summarizer)) {}

  SummaryBatches& batches() const { return *summarizer_->batches(); }

 private:
  std::shared_ptr<Summarizer> summarizer_;
};

// Texts by id.
std::vector<BatchEntry> to_batch_entries(const py::dict& texts) {
  std::vector<BatchEntry> entries;
  entries.reserve(texts.size());
  for (const auto& [id, text] : texts) {
    entries.push_back(
        {.id = to_utf8(require_str(id, "the id of a text")), .text = to_utf8(require_str(text, "a text"))});
  }
  return entries;
}

void bind_options(py::module_& core) {
  const auto property = [](auto member) {
    return std::pair(
        [member](const OpenAiOptions& self) { return self.*member; },
        [member](OpenAiOptions& self, std::decay_t<decltype(std::declval<OpenAiOptions>().*member)> value) {
          self.*member = std::move(value);
        });
  };
  py::class_<OpenAiOptions> options(
      core, "OpenAiOptions",
      "How a server that speaks like OpenAI's is asked. See the functions that make one\n"
      "for each kind of server; the members may be changed until a summarizer is made.\n\n"
      "``model`` has no default; ``base_url`` is that before ``/chat/completions``. An empty\n"
      "``api_key`` is not sent.");
  options
      .def(py::init([](const py::str& model, const py::str& api_key, const py::str& base_url) {
             OpenAiOptions made = openai_options(to_utf8(model), to_utf8(api_key));
             made.base_url = to_utf8(base_url);
             return made;
           }),
           "model"_a, "api_key"_a = "", py::kw_only(), "base_url"_a = OpenAiOptions{}.base_url)
      .def_static("openai", &openai_options, "model"_a, "api_key"_a, "OpenAI itself.")
      .def_static(
          "azure", &azure_options, "base_url"_a, "deployment"_a, "api_key"_a,
          "Azure's \"v1\" API: ``base_url`` is ``https://RESOURCE.openai.azure.com/openai/v1``. Without batches.")
      .def_static("vllm", &vllm_options, "model"_a, "base_url"_a = vllm_options("").base_url, "api_key"_a = "",
                  "A vLLM server, at its usual port unless told otherwise.")
      .def_static("ollama", &ollama_options, "model"_a, "base_url"_a = ollama_options("").base_url,
                  "An Ollama server, as above.")
      .def_static("llama_cpp", &llama_cpp_options, "model"_a, "base_url"_a = llama_cpp_options("").base_url,
                  "api_key"_a = "", "A llama.cpp server, as above.")
      .def("__repr__", [](const OpenAiOptions& self) {
        return "OpenAiOptions(model='" + self.model + "', base_url='" +
               self.base_url.substr(0, self.base_url.find('?')) + "')";
      });
  const auto add = [&](const char* name, auto member, const char* what) {
    const auto [get, set] = property(member);
    options.def_property(name, get, set, what);
  };
  add("base_url", &OpenAiOptions::base_url, "Up to where ``/chat/completions`` follows.");
  add("model", &OpenAiOptions::model, "As the server names it; for Azure, the name of the deployment.");
  add("headers", &OpenAiOptions::headers, "More of them, as pairs; may be secret, never logged.");
  add("query", &OpenAiOptions::query, "As Azure's dated ``api-version``: pairs, as above.");
  add("maximum_output_tokens", &OpenAiOptions::maximum_output_tokens,
      "Of an answer, with what the model thinks to itself. Part of the worst case that a budget sets aside.");
  add("reasoning_effort", &OpenAiOptions::reasoning_effort, "\"low\" and the like; empty: none is sent.");
  add("temperature", &OpenAiOptions::temperature, "None is sent unless set; models that reason refuse it.");
  add("seed", &OpenAiOptions::seed, "None is sent unless set.");
  add("offers_batches", &OpenAiOptions::offers_batches, "The server has OpenAI's Files and Batch API.");
  add("budget", &OpenAiOptions::budget,
      "None: no ceiling. The worst case of each request is set aside before it is sent.");
  // Copies on their way out would take changes that nobody sees.
  options.def_property(
      "retry", nullptr, [](OpenAiOptions& self, const RetryOptions& retry) { self.retry = retry; },
      "Can be set only; left to a transport that repeats by itself.");
  options.def_property(
      "prices", nullptr, [](OpenAiOptions& self, const ModelPrices& prices) { self.prices = prices; },
      "Can be set only: of ``cost`` and ``stats``; a budget has its own.");
  options.def_property(
      "api_key", nullptr, [](OpenAiOptions& self, const std::string& key) { self.api_key = key; }, "Can be set only.");
  const auto add_choice = [&](const char* name, auto member, const auto& names, const char* what) {
    using Value = std::decay_t<decltype(std::declval<OpenAiOptions>().*member)>;
    options.def_property(
        name, [member, names](const OpenAiOptions& self) { return names.name_of(self.*member); },
        [member, names](OpenAiOptions& self, const std::string& value) {
          self.*member = names.template value_of<Value>(value);
        },
        what);
  };
  add_choice("key_header", &OpenAiOptions::key_header, key_headers, "\"bearer\", or \"api_key\" as Azure has it.");
  add_choice("output_limit_name", &OpenAiOptions::output_limit_name, limit_names,
             "\"max_completion_tokens\", or \"max_tokens\" as Ollama and llama.cpp have it.");
  add_choice(
      "answer_form", &OpenAiOptions::answer_form, answer_forms,
      "\"json_schema\", \"json_object\" or \"plain\". A server that refuses one is then asked for plain answers.");
}

void bind_batches(py::module_& core) {
  py::class_<BatchesHandle>(
      core, "SummaryBatches",
      "Summaries of many texts at once: later, within a day, and at half the price. May be shared by\n"
      "threads.\n\n"
      "All calls raise NetworkError, ServiceError or BadData, and Timeout after ``timeout`` seconds.")
      .def_property_readonly(
          "maximum_entries", [](const BatchesHandle& self) { return self.batches().maximum_entries(); },
          "Of one batch.")
      .def(
          "submit",
          [](const BatchesHandle& self, const py::dict& texts, const py::str& label, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            return without_gil([&, entries = to_batch_entries(texts), name = to_utf8(label)] {
              return self.batches().submit(entries, name, call);
            });
          },
          "texts"_a, "label"_a, py::kw_only(), "timeout"_a = py::none(),
          "Hands over texts by id and returns the batch's id. After an error or a crash ``find`` the label before\n"
          "submitting again: the batch may have been made all the same. Raises InvalidArgument for ids other than 1 "
          "to\n"
          "64 of A-Z a-z 0-9 _ -, and Refused when a budget has no room for the worst case.")
      .def(
          "find",
          [](const BatchesHandle& self, const py::str& label, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            const auto found = without_gil([&, name = to_utf8(label)] { return self.batches().find(name, call); });
            py::list statuses;
            for (const BatchStatus& status : found) statuses.append(status_of(status));
            return py::tuple(statuses);
          },
          "label"_a, py::kw_only(), "timeout"_a = py::none(),
          "The batches that were submitted with this label, newest first, those of former processes included.")
      .def(
          "status",
          [](const BatchesHandle& self, const py::str& id, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            return status_of(without_gil([&, key = to_utf8(id)] { return self.batches().status(key, call); }));
          },
          "id"_a, py::kw_only(), "timeout"_a = py::none(), "How far it is now.")
      .def(
          "answers",
          [](const BatchesHandle& self, const py::str& id, const py::dict& texts, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            const auto answers = without_gil([&, key = to_utf8(id), entries = to_batch_entries(texts)] {
              return self.batches().answers(key, entries, call);
            });
            py::list all;
            for (const BatchAnswer& answer : answers) {
              all.append(
                  types().batch_answer(answer.id, to_python(answer.summary), answer.is_replaced, answer.failure));
            }
            return py::tuple(all);
          },
          "id"_a, "texts"_a, py::kw_only(), "timeout"_a = py::none(),
          "One answer for each text, in their order, each checked. The texts are those that were submitted. Raises\n"
          "InvalidArgument while the batch is not over.")
      .def(
          "cancel",
          [](const BatchesHandle& self, const py::str& id, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            without_gil([&, key = to_utf8(id)] { self.batches().cancel(key, call); });
          },
          "id"_a, py::kw_only(), "timeout"_a = py::none(), "What is done already stays and is paid for.");
}

void bind_summarizer(py::module_& core) {
  py::class_<Summarizer, std::shared_ptr<Summarizer>>(core, "Summarizer",
                                                      "Writes what a text says in few words. May be shared by threads.")
      .def_property_readonly("maker", &Summarizer::maker,
                             "Of its summaries: \"extractive/1\", or a model and the version of its prompt.")
      .def_property_readonly("is_free", &Summarizer::is_free, "Whether it answers at once and at no cost.")
      .def(
          "summarize",
          [](Summarizer& self, const py::str& text, const py::str& keyword, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            return to_python(without_gil([&, said = to_utf8(text), word = to_utf8(keyword)] {
              return self.summarize({.text = said, .keyword = word}, call);
            }));
          },
          "text"_a, "keyword"_a = "", py::kw_only(), "timeout"_a = py::none(),
          "Nothing when the text holds no indication, or does not speak of the keyword. Raises NetworkError, "
          "ServiceError\n"
          "or BadData, Timeout after ``timeout`` seconds, and Refused when a budget has no room.")
      .def(
          "cost",
          [](const Summarizer& self, const py::str& text, const py::str& keyword, bool batch) {
            const std::string said = to_utf8(text);
            const std::string word = to_utf8(keyword);
            const SummaryCost cost = self.cost({.text = said, .keyword = word}, batch);
            return types().summary_cost(to_python(cost.tokens), cost.dollars);
          },
          "text"_a, "keyword"_a = "", py::kw_only(), "batch"_a = false,
          "What that may be expected to cost, not the worst case. Sends nothing.")
      .def(
          "stats", [](const Summarizer& self) { return to_python(self.stats()); }, "Since it was made.")
      .def_property_readonly(
          "batches",
          [](const std::shared_ptr<Summarizer>& self) {
            return self->batches() == nullptr ? std::optional<BatchesHandle>() : BatchesHandle(self);
          },
          "None when its server has none.");
}

}  // namespace

void bind_summaries(py::module_& core) {
  bind_options(core);
  bind_batches(core);
  bind_summarizer(core);
  core.def(
      "openai_summarizer",
      [](std::shared_ptr<HttpTransport> http, const OpenAiOptions& options) {
        return without_gil([&] { return make_openai_summarizer(std::move(http), options); });
      },
      "http"_a.none(false), "options"_a,
      "Chat Completions of OpenAI or of any server that speaks like it. No answer is kept or shown unchecked: one that "
      "is\n"
      "not a short, whole Korean line that says nothing beyond the text is asked for once more, then replaced by the\n"
      "extractive summary. Raises InvalidArgument for options that make no sense.");
  core.def("extractive_summarizer", &make_extractive_summarizer,
           "Takes the words of the text: free, needs no network, and gives the same each time.");
}

}  // namespace pilling::python
