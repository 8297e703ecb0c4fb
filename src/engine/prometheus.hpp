#pragma once

#include <string>

#include "pilling/engine.hpp"

namespace pilling::engine {

/// `stats` in the Prometheus text exposition format, version 0.0.4.
std::string prometheus_text(const EngineStats& stats);

}  // namespace pilling::engine
