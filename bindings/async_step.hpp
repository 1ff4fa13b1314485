#pragma once

#include <pybind11/pybind11.h>

namespace simruns_python {

/// Makes the awaitable that a stream's `__anext__` gives; null, with an error, if there is no
/// memory. Awaited, it is the run that `take` takes from the stream (null if there is none; or an
/// error is set), without an exception or a frame of Python, or else what the stream's coroutine
/// `_wait_for_next()` comes to. Nothing is taken before it is awaited.
PyObject* make_async_step(PyObject* stream, PyObject* (*take)(PyObject*) noexcept);

void register_async_step();

}  // namespace simruns_python
