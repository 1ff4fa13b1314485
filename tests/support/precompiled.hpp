#pragma once

/// What most tests include, and what costs the compiler most: parsed once for all of them. Each
/// test still includes what it uses.

#include "support/catch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
