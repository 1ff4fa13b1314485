#pragma once

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What a variant makes of a page.
enum class product {
  structs,  ///< Compared as a whole page, see `normal_form.hpp`.
  columns,  ///< Compared as three tables, see `normal_columns.hpp`.
};

/// One way to decode a page.
class variant {
 public:
  virtual ~variant() = default;

  virtual std::string_view name() const = 0;
  virtual product makes() const { return product::structs; }

  /// Decodes, and keeps the result. `body` has room for 64 bytes behind its end. Timed.
  virtual void decode(std::string body) = 0;

  /// Lets the result go, body and all; keeps what the next page can use again. Timed.
  virtual void drop() = 0;

  /// The result in a form that can be compared.
  virtual boost::json::value normal_form() const = 0;
};

/// Bytes that a parser may read behind the end of a body.
inline constexpr std::size_t padding = 64;

std::unique_ptr<variant> make_ours_views();
std::unique_ptr<variant> make_ours_columns(bool all);
std::unique_ptr<variant> make_simdjson_strings();
std::unique_ptr<variant> make_simdjson_views();
std::unique_ptr<variant> make_simdjson_columns();
std::unique_ptr<variant> make_boost_dom();
std::unique_ptr<variant> make_nlohmann();
std::unique_ptr<variant> make_rapidjson_sax();

/// All of them, ours first.
std::vector<std::unique_ptr<variant>> all_variants();

}  // namespace bench
