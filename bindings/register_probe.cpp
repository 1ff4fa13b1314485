#include "register.hpp"

#include "py_client.hpp"
#include "py_probe.hpp"
#include "simruns/text/date_time.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <pybind11/stl.h>

#include <chrono>
#include <string>

namespace simruns_python {

namespace py = pybind11;

boost::asio::awaitable<simruns::http_response> dated_transport::exchange(
    simruns::http_request request, simruns::attempt_limits limits) {
  if (anonymous_) {
    std::erase_if(request.headers, [](auto const& header) {
      return simruns::same_header(header.first, "X-API-Key") ||
             simruns::same_header(header.first, "Authorization");
    });
  }
  auto response = co_await http_transport::exchange(std::move(request), limits);
  auto const date = simruns::detail::parse_http_date(response.header("Date"));
  if (date) date_ms_ = std::chrono::milliseconds(date->time_since_epoch()).count();
  co_return response;
}

std::optional<std::string> py_client::proxy() const {
  if (!config_.proxy) return std::nullopt;
  auto text = config_.proxy->text();
  if (config_.proxy->user_and_password()) text.insert(text.find("//") + 2, "***@");
  return text;
}

static boost::asio::awaitable<operation::outcome> ask(simruns::client client,
                                                      simruns::run_query query) {
  co_return operation::outcome(co_await client.fetch_page(std::move(query)));
}

std::shared_ptr<py_probe> py_client::probe(simruns::run_query const& query, bool anonymous) {
  auto op = begin(nullptr);
  auto const executor = current().io->context().get_executor();
  auto const transport = std::make_shared<dated_transport>(executor, config_, anonymous);
  op->start(ask(simruns::client(executor, config_, credentials_, transport), query));
  return std::make_shared<py_probe>(std::move(op), transport);
}

static py::dict versions() {
  using namespace py::literals;
  auto const boost = std::to_string(BOOST_VERSION / 100000) + "." +
                     std::to_string(BOOST_VERSION / 100 % 1000) + "." +
                     std::to_string(BOOST_VERSION % 100);
  return py::dict("Boost"_a = boost, "OpenSSL"_a = OpenSSL_version(OPENSSL_VERSION));
}

void register_probe(py::module_& m) {
  py::class_<py_probe, std::shared_ptr<py_probe>>(m, "Probe")
      .def_property_readonly("operation", &py_probe::request)
      .def_property_readonly("date_ms", &py_probe::date_ms);

  m.def("versions", &versions);
  m.def("trust_places",
        [] { return py::make_tuple(X509_get_default_cert_file(), X509_get_default_cert_dir()); });
}

}  // namespace simruns_python
