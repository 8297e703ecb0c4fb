#pragma once

/// What stands between a program and services that fail, limit and cost: each part is of use on its own.

#include "pilling/circuit_breaker.hpp"
#include "pilling/rate_limiter.hpp"
#include "pilling/resilient_transport.hpp"
#include "pilling/retry.hpp"
#include "pilling/spending.hpp"
