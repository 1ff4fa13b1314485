#include "given_runs.hpp"

#include "run_object.hpp"

#include <cstddef>
#include <new>

namespace simruns_python {

PyObject* given_runs::give(simruns::run_ptr run) noexcept {
  auto* const out = make_run(std::move(run));
  if (out == nullptr) return nullptr;
  try {
    given_.push_back(out);
  } catch (std::bad_alloc const&) {
    return out;  // it keeps its page
  }
  return Py_NewRef(out);
}

void given_runs::leave_all() {
  auto const given = std::exchange(given_, {});
  detach_those_held(given);
  for (auto* const each : given) Py_DECREF(each);
}

void given_runs::detach_those_held(std::vector<PyObject*> const& given) const {
  std::size_t all = 0, held = 0;
  for (auto* const each : given) {
    auto const size = plain_type<held_run>::value_of(each).run->json().size();
    all += size;
    if (is_held_by_others(each)) held += size;
  }
  if (held == 0 || (whole_pages_ && 2 * held >= all)) return;
  for (auto* const each : given) {
    if (!is_held_by_others(each)) continue;
    try {
      detach_in_place(each);
    } catch (std::bad_alloc const&) {
      return;  // what is held keeps its page, as before
    }
  }
}

}  // namespace simruns_python
