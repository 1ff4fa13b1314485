#pragma once

#include <pybind11/pybind11.h>
#include <structmember.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace simruns_python {

namespace py = pybind11;

/// Hands the object that `work` makes to the interpreter, or null with the error that it threw. It
/// is not `noexcept`: where `work` runs code of Python, an interpreter that ends may stop a daemon
/// thread in the middle of it, and unwinds it.
template <class Work>
PyObject* for_interpreter(Work const& work) {
  try {
    py::object made = work();
    return made.release().ptr();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (std::bad_alloc const&) {
    PyErr_NoMemory();
  } catch (std::exception const& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

/// The type, in Python, of objects that hold a `Value`, which never changes. One of pybind11 takes
/// several times as long to make an object, and to give an attribute: here that is done by the
/// interpreter's own means, and only methods are pybind11's.
///
/// Python neither makes nor derives from such a type. Its objects are not traversed by the garbage
/// collector, so a value must not own anything that leads back to its object.
template <class Value>
class plain_type {
 public:
  /// An attribute, which `get` makes of a value.
  template <class Get>
  static PyGetSetDef attribute(char const* name, Get) {
    auto const getter = [](PyObject* self, void*) -> PyObject* {
      return for_interpreter([self] { return Get{}(value_of(self)); });
    };
    return {name, getter, nullptr, nullptr, nullptr};
  }

  /// Makes the type. `name` is the public one, as `simruns.Run`; `slots` are further ones.
  plain_type(py::module_& m, char const* name, std::vector<PyGetSetDef> attributes,
             std::vector<PyType_Slot> slots = {}) {
    attributes_ = new std::vector<PyGetSetDef>(std::move(attributes));
    attributes_->push_back({});
    static PyMemberDef members[] = {
        {"__weaklistoffset__", T_PYSSIZET, offsetof(head, weak_references), READONLY, nullptr},
        {nullptr, 0, 0, 0, nullptr}};
    slots.push_back({Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)});
    slots.push_back({Py_tp_getset, attributes_->data()});
    slots.push_back({Py_tp_members, members});
    slots.push_back({0, nullptr});
    PyType_Spec spec{name, sizeof(object), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots.data()};
    type_ = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
    if (type_ == nullptr) throw py::error_already_set();
    py::setattr(m, py::getattr(type(), "__name__"), type());
  }

  /// Adds a method, as that of the same name of `py::class_`.
  template <class Function, class... Extra>
  plain_type& def(char const* name, Function&& function, Extra const&... extra) {
    py::setattr(
        type(), name,
        py::cpp_function(std::forward<Function>(function), py::name(name), py::is_method(type()),
                         py::sibling(py::getattr(type(), name, py::none())), extra...));
    return *this;
  }

  static py::handle type() noexcept { return reinterpret_cast<PyObject*>(type_); }
  static PyTypeObject const* type_object() noexcept { return type_; }

  /// Its attributes; the last one is blank.
  static std::vector<PyGetSetDef>& attributes() noexcept { return *attributes_; }

  /// Makes an object; null, with an error, if there is no memory.
  static PyObject* create(Value value) noexcept {
    auto* const self = reinterpret_cast<object*>(type_->tp_alloc(type_, 0));
    if (self == nullptr) return nullptr;
    self->weak_references = nullptr;
    std::construct_at(&self->value, std::move(value));
    return reinterpret_cast<PyObject*>(self);
  }

  static bool is(PyObject* some) noexcept { return Py_TYPE(some) == type_; }

  /// The value of what a caller gave. Throws: TypeError.
  static Value& checked(py::handle self) {
    if (!is(self.ptr())) throw py::type_error(std::string("this is not a ") + type_->tp_name);
    return value_of(self.ptr());
  }

  /// Requires: `is(self)`.
  static Value& value_of(PyObject* self) noexcept { return reinterpret_cast<object*>(self)->value; }

 private:
  struct head {
    PyObject base;
    PyObject* weak_references;
  };
  struct object : head {
    Value value;
  };

  /// Not `noexcept`: callbacks of weak references run code of Python. Nor is a destructor to let go
  /// of an object of Python, since that is.
  static void deallocate(PyObject* self) {
    auto* const type = Py_TYPE(self);
    auto* const whole = reinterpret_cast<object*>(self);
    if (whole->weak_references != nullptr) PyObject_ClearWeakRefs(self);
    if constexpr (requires { whole->value.let_go(); }) whole->value.let_go();
    std::destroy_at(&whole->value);
    type->tp_free(self);
    Py_DECREF(type);
  }

  inline static PyTypeObject* type_ = nullptr;
  inline static std::vector<PyGetSetDef>* attributes_ = nullptr;  ///< The type points into it.
};

}  // namespace simruns_python
