#include "register.hpp"

#include "convert.hpp"
#include "py_client.hpp"
#include "simruns/follow/follow_options.hpp"

#include <pybind11/stl.h>

#include <cmath>
#include <cstdint>
#include <optional>

namespace simruns_python {

namespace {

std::chrono::milliseconds from_seconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e3)));
}

double to_seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Makes the options of times in seconds, which Python has checked; zero is none.
simruns::follow_options make_options(double interval, double jitter,
                                     std::optional<std::int64_t> count, double idle,
                                     double deadline) {
  simruns::follow_options out;
  out.poll_interval(from_seconds(interval)).jitter(jitter);
  out.idle(from_seconds(idle)).deadline(from_seconds(deadline));
  if (count) out.until_count(*count);
  return out;
}

py::object milliseconds_of(std::optional<simruns::time_point> const& moment) {
  return moment ? to_python(*moment) : py::object(py::none());
}

/// Gives the class of a stream what each that follows has.
template <class Class>
void follows(Class out) {
  using namespace py::literals;
  using Stream = typename Class::type;
  out.def(py::init([](py_client& client, simruns::run_query const& query,
                      simruns::follow_options const& options) {
            return client.follow<Stream>(query, options);
          }),
          "client"_a, "query"_a, "options"_a)
      .def_property_readonly("_status", of_made<Stream>(&Stream::status))
      .def_property_readonly("_lost", [](std::shared_ptr<Stream> const& f) {
        py::list lost;
        for (auto const& one : f->lost()) {
          lost.append(py::make_tuple(one.id, one.sequence, milliseconds_of(one.expires_at),
                                     one.last_poll, one.lost_poll, why_lost(one)));
        }
        return lost;
      });
}

}  // namespace

void register_follow(py::module_& m) {
  using namespace py::literals;
  using status = simruns::follow_status;

  py::class_<simruns::follow_options>(m, "FollowOptions")
      .def(py::init(&make_options), py::kw_only(), "interval"_a, "jitter"_a, "count"_a, "idle"_a,
           "deadline"_a)
      .def_static("defaults", [] {
        simruns::follow_options const unset;
        return py::dict("interval"_a = to_seconds(unset.poll_interval()),
                        "jitter"_a = unset.jitter());
      });

  py::class_<status>(m, "FollowStatus")
      .def_readonly("seen", &status::seen)
      .def_readonly("settled", &status::settled)
      .def_readonly("pending", &status::pending)
      .def_readonly("lost", &status::lost)
      .def_readonly("unnamed", &status::unnamed)
      .def_readonly("total", &status::total)
      .def_readonly("ordered", &status::ordered)
      .def_readonly("polls", &status::polls)
      .def_readonly("pages", &status::pages)
      .def_readonly("requests", &status::requests)
      .def_property_readonly("ended", [](status const& s) -> py::object {
        if (s.ended == simruns::follow_end::none) return py::none();
        return to_python(to_string(s.ended));
      });

  follows(blocking_stream_class<py_follow>(m, "Follow"));
  follows(awaited_stream_class<py_async_follow>(m, "AsyncFollow"));
}

}  // namespace simruns_python
