#pragma once

#include "simruns/error.hpp"

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <utility>

namespace simruns_python {

/// A text that nothing shows. pybind11 lists the arguments of a call that fits no function, each by
/// its repr; debuggers and error reports list the variables of each frame. So a credential has to
/// be an object whose repr says nothing.
class secret {
 public:
  /// Takes any object, so that a wrong one is refused here, where it is not shown.
  explicit secret(pybind11::object const& given) : secret(masked(given)) {
    if (pybind11::isinstance<secret>(given)) is_text_ = false;
    text();
  }

  /// Hides any object, and raises nothing: what is wrong with it is found once it is hidden.
  static secret masked(pybind11::handle given) {
    secret out;
    std::string const type = Py_TYPE(given.ptr())->tp_name;
    out.type_name_ = type.substr(type.rfind('.') + 1);
    if (pybind11::isinstance<secret>(given)) return given.cast<secret const&>();
    if (!PyUnicode_Check(given.ptr())) {
      out.fault_ = "is of type " + out.type_name_;
      return out;
    }
    out.fault_ = fault_of(given);
    out.take(given);
    return out;
  }

  /// Hides the content of a file, without the white space around it.
  static secret of_bytes(pybind11::bytes const& content) {
    static constexpr char const* space = " \t\r\n\f\v";
    secret out;
    out.type_name_ = "str";
    out.is_text_ = true;
    auto const text = static_cast<std::string>(content);
    auto const begin = text.find_first_not_of(space);
    if (begin == text.npos) return out;
    out.text_ = text.substr(begin, text.find_last_not_of(space) + 1 - begin);
    return out;
  }

  /// Throws: request_error (invalid_argument) where it is no text.
  std::string const& text() const {
    if (is_text_) return text_;
    throw simruns::request_error(simruns::errc::invalid_argument,
                                 "a secret is no text, or holds what UTF-8 cannot carry");
  }

  /// What is wrong with it as a text, to be put behind its name; empty if nothing is.
  std::string const& fault() const noexcept { return fault_; }
  std::string const& type_name() const noexcept { return type_name_; }
  bool is_empty() const noexcept { return is_text_ && text_.empty(); }
  bool is_ascii() const noexcept { return holds_only(0x00, 0x7f); }

  /// Whether it can be a credential.
  bool is_key() const noexcept { return !text_.empty() && holds_only(0x21, 0x7e); }

 private:
  secret() = default;

  bool holds_only(unsigned char first, unsigned char last) const noexcept {
    for (unsigned char const c : text_) {
      if (c < first || c > last) return false;
    }
    return is_text_;
  }

  static std::string fault_of(pybind11::handle given) {
    auto* const text = given.ptr();
    auto const size = PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t i = 0; i < size; ++i) {
      auto const c = PyUnicode_READ_CHAR(text, i);
      bool const half = c >= 0xd800 && c <= 0xdfff;
      if (c != 0 && !half) continue;
      std::string const what = half ? "a byte that is no UTF-8, or half a character" : "a NUL";
      return "has " + what + " at position " + std::to_string(i);
    }
    return {};
  }

  void take(pybind11::handle given) {
    Py_ssize_t size = 0;
    auto const* const bytes = PyUnicode_AsUTF8AndSize(given.ptr(), &size);
    is_text_ = bytes != nullptr;
    if (is_text_) text_.assign(bytes, static_cast<std::size_t>(size));
    PyErr_Clear();  // an error would hold the text
  }

  bool is_text_ = false;  ///< Whether it is one that UTF-8 can carry.
  std::string text_;
  std::string fault_;
  std::string type_name_;
};

/// The text of a secret, or none for None.
inline std::optional<std::string> text_of(secret const* given) {
  return given == nullptr ? std::nullopt : std::optional(given->text());
}

/// Hides the values of headers. What is no mapping is hidden as a whole.
inline pybind11::object masked_headers(pybind11::handle given) {
  namespace py = pybind11;
  try {
    auto const items = py::reinterpret_steal<py::object>(PyMapping_Items(given.ptr()));
    if (!items) throw py::error_already_set();
    py::dict out;
    for (auto const& item : items) {
      auto const pair = py::tuple(py::reinterpret_borrow<py::object>(item));
      out[pair[0]] = py::cast(secret::masked(pair[1]));
    }
    return out;
  } catch (py::error_already_set const& error) {
    if (!error.matches(PyExc_Exception)) throw;  // as of a Ctrl-C
    return py::cast(secret::masked(given));
  }
}

/// Hides the values of keyword arguments, but those of the names in `plain`: one that is misspelt
/// may be a secret too.
inline pybind11::dict masked_arguments(pybind11::dict const& given, pybind11::object const& plain) {
  namespace py = pybind11;
  py::dict out;
  for (auto const& [name, value] : given) {
    if (value.is_none() || plain.contains(name)) {
      out[name] = value;
    } else if (py::isinstance<py::str>(name) && name.cast<std::string>() == "headers") {
      out[name] = masked_headers(value);
    } else {
      out[name] = py::cast(secret::masked(value));
    }
  }
  return out;
}

}  // namespace simruns_python
