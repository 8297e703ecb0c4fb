#pragma once

#include <memory>

#include "core/retry.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::sources {

/// As the public factory; the hooks are for tests, which must not wait.
std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options,
                                                   core::RetryHooks hooks);

}  // namespace pilling::sources
