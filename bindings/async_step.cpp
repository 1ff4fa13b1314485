#include "async_step.hpp"

namespace simruns_python {

namespace {

/// It has what the interpreter asks of a coroutine: `__await__`, `send`, `throw` and `close`.
struct async_step {
  PyObject base;
  PyObject* stream;     ///< Null once it is done.
  PyObject* coroutine;  ///< What it waits by, from when it has to.
  PyObject* (*take)(PyObject*) noexcept;
};

PyTypeObject* type = nullptr;

async_step& step_of(PyObject* self) noexcept { return *reinterpret_cast<async_step*>(self); }

// What runs code of Python is not `noexcept`: an interpreter that ends stops a daemon thread in the
// middle of it, and unwinds it.

/// Makes the coroutine, unless it is there. False: an error is set.
bool has_coroutine(PyObject* self) {
  auto& step = step_of(self);
  if (step.coroutine != nullptr) return true;
  if (step.stream == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited step of a stream");
    return false;
  }
  step.coroutine = PyObject_CallMethod(step.stream, "_wait_for_next", nullptr);
  return step.coroutine != nullptr;
}

int clear(PyObject* self) {
  Py_CLEAR(step_of(self).stream);
  Py_CLEAR(step_of(self).coroutine);
  return 0;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(step_of(self).stream);
  Py_VISIT(step_of(self).coroutine);
  return 0;
}

void deallocate(PyObject* self) {
  auto* const own_type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  PyObject_GC_Del(self);
  Py_DECREF(own_type);
}

PySendResult send(PyObject* self, PyObject* value, PyObject** result) {
  auto& step = step_of(self);
  if (step.coroutine == nullptr && step.stream != nullptr) {
    *result = step.take(step.stream);
    bool const failed = *result == nullptr && PyErr_Occurred() != nullptr;
    if (*result != nullptr || failed) {
      clear(self);
      return failed ? PYGEN_ERROR : PYGEN_RETURN;
    }
  }
  *result = nullptr;
  if (!has_coroutine(self)) return PYGEN_ERROR;
  auto* const coroutine = Py_NewRef(step.coroutine);
  auto const sent = PyIter_Send(coroutine, value, result);
  Py_DECREF(coroutine);
  return sent;
}

/// As `send`, where the interpreter wants the result as a `StopIteration`.
PyObject* sent(PyObject* self, PyObject* value) {
  PyObject* result = nullptr;
  if (send(self, value, &result) == PYGEN_RETURN) {
    PyErr_SetObject(PyExc_StopIteration, result);
    Py_CLEAR(result);
  }
  return result;
}

PyObject* next(PyObject* self) { return sent(self, Py_None); }

PyObject* call(PyObject* self, char const* method, PyObject* arguments) {
  if (!has_coroutine(self)) return nullptr;
  auto* const function = PyObject_GetAttrString(step_of(self).coroutine, method);
  if (function == nullptr) return nullptr;
  auto* const out = PyObject_Call(function, arguments, nullptr);
  Py_DECREF(function);
  return out;
}

PyObject* throw_in(PyObject* self, PyObject* arguments) { return call(self, "throw", arguments); }

PyObject* close(PyObject* self, PyObject*) {
  auto& step = step_of(self);
  if (step.coroutine == nullptr) {
    clear(self);
    Py_RETURN_NONE;
  }
  return PyObject_CallMethod(step.coroutine, "close", nullptr);
}

PyObject* itself(PyObject* self) noexcept { return Py_NewRef(self); }

}  // namespace

PyObject* make_async_step(PyObject* stream, PyObject* (*take)(PyObject*) noexcept) {
  auto* const self = PyObject_GC_New(async_step, type);
  if (self == nullptr) return nullptr;
  self->stream = Py_NewRef(stream);
  self->coroutine = nullptr;
  self->take = take;
  PyObject_GC_Track(self);
  return &self->base;
}

void register_async_step() {
  static PyMethodDef methods[] = {{"send", &sent, METH_O, nullptr},
                                  {"throw", &throw_in, METH_VARARGS, nullptr},
                                  {"close", &close, METH_NOARGS, nullptr},
                                  {nullptr, nullptr, 0, nullptr}};
  PyType_Slot slots[] = {{Py_am_await, reinterpret_cast<void*>(&itself)},
                         {Py_am_send, reinterpret_cast<void*>(&send)},
                         {Py_tp_iter, reinterpret_cast<void*>(&itself)},
                         {Py_tp_iternext, reinterpret_cast<void*>(&next)},
                         {Py_tp_methods, methods},
                         {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
                         {Py_tp_traverse, reinterpret_cast<void*>(&traverse)},
                         {Py_tp_clear, reinterpret_cast<void*>(&clear)},
                         {0, nullptr}};
  PyType_Spec spec{"simruns._core.AsyncStep", sizeof(async_step), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                   slots};
  type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (type == nullptr) throw pybind11::error_already_set();
}

}  // namespace simruns_python
