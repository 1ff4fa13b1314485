#pragma once

#include "simruns/error.hpp"

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <utility>

namespace simruns_python {

/// A text that nothing shows. pybind11 lists the arguments of a call that fits no function, each by
/// its repr, and so a credential has to be an object whose repr says nothing.
class secret {
 public:
  /// Takes any object, so that a wrong one is refused here, where it is not shown.
  explicit secret(pybind11::object const& given) {
    Py_ssize_t size = 0;
    auto const* const bytes =
        PyUnicode_Check(given.ptr()) ? PyUnicode_AsUTF8AndSize(given.ptr(), &size) : nullptr;
    if (bytes == nullptr) {
      PyErr_Clear();  // its error would hold the text
      throw simruns::request_error(simruns::errc::invalid_argument,
                                   "a secret is no text, or holds what UTF-8 cannot carry");
    }
    text_.assign(bytes, static_cast<std::size_t>(size));
  }

  std::string const& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The text of a secret, or none for None.
inline std::optional<std::string> text_of(secret const* given) {
  return given == nullptr ? std::nullopt : std::optional(given->text());
}

}  // namespace simruns_python
