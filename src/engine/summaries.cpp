#include "engine/summaries.hpp"

#include <utility>

#include "core/deadline.hpp"
#include "engine/store_tier.hpp"
#include "pilling/error.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {

Summaries::Summaries(std::shared_ptr<Summarizer> summarizer, std::shared_ptr<Summarizer> extractive,
                     TieredCacheOptions options, SummaryHook on_made)
    : summarizer_(std::move(summarizer)),
      extractive_(std::move(extractive)),
      on_made_(std::move(on_made)),
      time_limit_(options.hard_timeout),
      now_(options.now),
      kept_(std::move(options), summary_codec()) {}

std::optional<Summary> Summaries::in_memory(const SummaryRequest& request) {
  const std::string key = key_of(request);
  const auto found = kept_.in_memory(key);
  if (!found) return just_made(key);
  return found->value ? std::optional(*found->value) : std::nullopt;
}

std::optional<Summary> Summaries::made(const SummaryRequest& request) {
  const std::string key = key_of(request);
  const auto found = kept_.at_hand(key, loader_of(request));
  if (!found) return just_made(key);
  return found->value ? std::optional(*found->value) : std::nullopt;
}

// Whoever is told of a summary may ask for it before the cache has it.
std::optional<Summary> Summaries::just_made(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = just_made_.find(key);
  return found == just_made_.end() ? std::nullopt : std::optional(found->second);
}

void Summaries::note(std::string_view key, const Summary& summary) {
  constexpr std::size_t most = 256;
  const std::scoped_lock lock(mutex_);
  if (just_made_.size() >= most) just_made_.clear();
  just_made_.insert_or_assign(std::string(key), summary);
}

std::optional<Summary> Summaries::at_hand(const SummaryRequest& request) {
  if (are_free()) return wait_for(request, {});
  const auto found = kept_.at_hand(key_of(request), loader_of(request));
  if (!found) return extract(request);
  return found->value ? std::optional(*found->value) : std::nullopt;
}

std::optional<Summary> Summaries::wait_for(const SummaryRequest& request, const CallOptions& call) {
  try {
    if (are_free()) return dated(summarizer_->summarize(request, call));
    const auto found = kept_.get(key_of(request), loader_of(request), core::within(call, time_limit_));
    return found.value ? std::optional(*found.value) : std::nullopt;
  } catch (const InvalidArgument&) {
    throw;
  } catch (...) {
    // Whatever a summarizer of the host throws, which may hold a secret, there is the text itself.
  }
  return extract(request);
}

std::string Summaries::key_of(const SummaryRequest& request) const {
  return encode(SummaryKey{.text = text::fingerprint(request.text),
                           .keyword = text::normalize(request.keyword).text,
                           .maker = summarizer_->maker()});
}

// It may outlive the call, and the texts that it was given.
CacheLoader<Summary> Summaries::loader_of(const SummaryRequest& request) {
  return [this, text = std::string(request.text), keyword = std::string(request.keyword)](
             std::string_view key, const CallOptions& own) -> std::optional<LoadedValue<Summary>> {
    const SummaryRequest owned{.text = text, .keyword = keyword};
    auto summary = dated(summarizer_->summarize(owned, own));
    if (!summary) return std::nullopt;
    note(key, *summary);
    tell(owned, *summary);
    return LoadedValue<Summary>{std::move(*summary)};
  };
}

// What is paid for is kept, whatever becomes of the news.
void Summaries::tell(const SummaryRequest& request, const Summary& summary) const noexcept {
  try {
    if (on_made_) on_made_(request, summary);
  } catch (...) {
  }
}

std::optional<Summary> Summaries::extract(const SummaryRequest& request) const {
  return dated(extractive_->summarize(request, {}));
}

// The extractive summarizer gives no date, so that a text always has the same summary; it was made now.
std::optional<Summary> Summaries::dated(std::optional<Summary> summary) const {
  if (summary && summary->made_at == std::chrono::sys_seconds()) {
    summary->made_at = std::chrono::floor<std::chrono::seconds>(now_());
  }
  return summary;
}

}  // namespace pilling::engine
