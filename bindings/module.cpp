#include "register.hpp"
#include "simruns/version.hpp"

PYBIND11_MODULE(_core, m) {
  m.attr("__version__") = std::string(simruns::version);
  simruns_python::register_errors(m);
  simruns_python::register_query(m);
  simruns_python::register_run(m);
  simruns_python::register_pages(m);
  simruns_python::register_discovery(m);
  simruns_python::register_held_pages(m);
  simruns_python::register_pickling(m);
  simruns_python::register_arrow(m);
  simruns_python::register_operation(m);
  simruns_python::register_event_log(m);
  simruns_python::register_probe(m);
  simruns_python::register_client(m);
  simruns_python::register_follow(m);
  simruns_python::register_simulator(m);
}
