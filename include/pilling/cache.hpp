#pragma once

#include "pilling/memory_cache.hpp"
#include "pilling/shared_cache.hpp"
#include "pilling/tiered_cache.hpp"
#include "pilling/worker_pool.hpp"
