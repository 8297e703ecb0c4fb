#include <utility>

#include "pilling/summarizer.hpp"

namespace pilling {
namespace {

// What servers of one's own have in common: a temperature is welcome, and there are no batches.
OpenAiOptions own_server(std::string model, std::string base_url, std::string api_key) {
  OpenAiOptions options;
  options.base_url = std::move(base_url);
  options.model = std::move(model);
  options.api_key = std::move(api_key);
  options.temperature = 0;
  options.seed = 1;
  options.offers_batches = false;
  return options;
}

}  // namespace

OpenAiOptions openai_options(std::string model, std::string api_key) {
  OpenAiOptions options;
  options.model = std::move(model);
  options.api_key = std::move(api_key);
  return options;
}

OpenAiOptions azure_options(std::string base_url, std::string deployment, std::string api_key) {
  OpenAiOptions options = openai_options(std::move(deployment), std::move(api_key));
  options.base_url = std::move(base_url);
  options.key_header = KeyHeader::api_key;
  options.offers_batches = false;
  return options;
}

OpenAiOptions vllm_options(std::string model, std::string base_url, std::string api_key) {
  return own_server(std::move(model), std::move(base_url), std::move(api_key));
}

// Does not know max_completion_tokens, and then writes without end.
OpenAiOptions ollama_options(std::string model, std::string base_url) {
  OpenAiOptions options = own_server(std::move(model), std::move(base_url), {});
  options.output_limit_name = OutputLimitName::max_tokens;
  return options;
}

OpenAiOptions llama_cpp_options(std::string model, std::string base_url, std::string api_key) {
  OpenAiOptions options = own_server(std::move(model), std::move(base_url), std::move(api_key));
  options.output_limit_name = OutputLimitName::max_tokens;
  return options;
}

}  // namespace pilling
