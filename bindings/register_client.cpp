#include "register.hpp"

#include "asked_batch.hpp"
#include "convert.hpp"
#include "event_log.hpp"
#include "py_client.hpp"
#include "read_budget.hpp"
#include "secret.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/runs/client.hpp"
#include "simruns/runs/discovery.hpp"

#include <pybind11/stl.h>

#include <cmath>
#include <exception>
#include <functional>
#include <map>
#include <string>

namespace simruns_python {

py_client::~py_client() {
  // In a child of fork the parent's connections are left alone, not closed.
  if (live_ != nullptr && live_->io->is_of_this_process()) delete live_;
}

py_client::live& py_client::current() {
  if (closed_) {
    throw simruns::request_error(simruns::errc::invalid_argument, "the client is closed");
  }
  if (live_ == nullptr || !live_->io->is_of_this_process()) {
    under_way_.clear();
    streams_.clear();
    live_ = new live(make_live());
  }
  return *live_;
}

py_client::live py_client::make_live() {
  if (maker_) {
    auto const& theirs = maker_->current();
    return live{theirs.io, theirs.client.with_config(config_), theirs.witnesses};
  }
  auto io = io_thread::current();
  auto const executor = io->context().get_executor();
  return live{io, simruns::client(executor, config_, credentials_),
              std::make_shared<witness_places>(config_.connections)};
}

std::shared_ptr<py_client> py_client::with_config(simruns::client_config config) {
  auto made = std::make_shared<py_client>(std::move(config), credentials_, shared_from_this());
  std::erase_if(made_, [](auto const& one) { return one.expired(); });
  made_.push_back(made);
  return made;
}

std::shared_ptr<operation> py_client::begin(std::shared_ptr<mailbox> box) {
  prepare_event_log();
  std::erase_if(under_way_, [](auto const& op) { return op.expired(); });
  auto op = std::make_shared<operation>(current().io, std::move(box));
  under_way_.push_back(op);
  return op;
}

static boost::asio::awaitable<operation::outcome> fetch_page(simruns::client client,
                                                             simruns::run_query query) {
  co_return operation::outcome(co_await client.fetch_page(std::move(query)));
}

static boost::asio::awaitable<operation::outcome> fetch_run(simruns::client client,
                                                            simruns::run_query query,
                                                            std::string id) {
  co_return operation::outcome(co_await client.fetch_run(std::move(query), std::move(id)));
}

static boost::asio::awaitable<operation::outcome> fetch_batch(simruns::client client,
                                                              simruns::run_query query) {
  co_return operation::outcome(co_await client.fetch_batch(std::move(query)));
}

static boost::asio::awaitable<operation::outcome> ask_witness(std::shared_ptr<asked_batch> asked) {
  co_return operation::outcome(co_await asked->said());
}

/// `witness` may be null: the batch is not asked for; `budget`, too: the walk has no bound. A page
/// that does not fit is let go, and the walk is as before it.
static boost::asio::awaitable<operation::outcome> read_all(std::shared_ptr<operation> op,
                                                           simruns::run_generator runs,
                                                           std::shared_ptr<asked_batch> witness,
                                                           std::shared_ptr<read_budget> budget) {
  for (;;) {
    simruns::page page;
    std::exception_ptr thrown;
    try {
      page = co_await runs.next_page();
    } catch (...) {
      thrown = std::current_exception();
    }
    bool const more = page.valid();
    if (more && budget) {
      try {
        budget->take(page);
      } catch (...) {
        if (witness) witness->stop();
        throw;
      }
    }
    op->add(std::move(page), runs.completeness(), runs.position(), runs.bad_runs());
    if (thrown && witness) witness->stop();
    if (thrown) std::rethrow_exception(thrown);
    if (witness) witness->page_came();
    if (!more) break;
  }
  if (witness) op->add(co_await witness->said());
  co_return operation::outcome(op->held().first);
}

std::shared_ptr<operation> py_client::start_page(simruns::run_query const& query,
                                                 std::shared_ptr<mailbox> box) {
  auto op = begin(std::move(box));
  op->start(fetch_page(current().client, query));
  return op;
}

std::shared_ptr<operation> py_client::start_read(simruns::run_query const& query,
                                                 std::shared_ptr<mailbox> box, bool witness,
                                                 std::shared_ptr<read_budget> budget) {
  auto const& here = current();
  auto runs = here.client.runs(query);
  std::shared_ptr<asked_batch> asked;
  if (witness) asked = std::make_shared<asked_batch>(here.client, query, here.witnesses);
  auto op = begin(std::move(box));
  op->start(read_all(op, std::move(runs), std::move(asked), std::move(budget)));
  return op;
}

std::shared_ptr<operation> py_client::start_list(simruns::list_query const& query,
                                                 std::shared_ptr<mailbox> box) {
  auto items = current().client.items(query);
  auto op = begin(std::move(box));
  op->start(read_all(op, std::move(items), nullptr, nullptr));
  return op;
}

std::shared_ptr<operation> py_client::start_run(simruns::run_query const& query, std::string id,
                                                std::shared_ptr<mailbox> box) {
  auto op = begin(std::move(box));
  op->start(fetch_run(current().client, query, std::move(id)));
  return op;
}

std::shared_ptr<operation> py_client::start_batch(simruns::run_query const& query,
                                                  std::shared_ptr<mailbox> box) {
  auto op = begin(std::move(box));
  op->start(fetch_batch(current().client, query));
  return op;
}

std::shared_ptr<operation> py_client::start_witness(simruns::run_query const& query,
                                                    std::shared_ptr<mailbox> box) {
  auto const& here = current();
  auto asked = std::make_shared<asked_batch>(here.client, query, here.witnesses);
  auto op = begin(std::move(box));
  op->start(ask_witness(std::move(asked)));
  return op;
}

py_client::live& py_client::ready() {
  prepare_event_log();
  return current();
}

void py_client::close() {
  if (closed_) return;
  closed_ = true;
  for (auto const& weak : made_) {
    if (auto const made = weak.lock()) made->close();
  }
  if (live_ == nullptr || !live_->io->is_of_this_process()) return;
  for (auto const& weak : under_way_) {
    if (auto op = weak.lock()) op->cancel();
  }
  for (auto const& weak : streams_) {
    if (auto walk = weak.lock()) walk->close_with_client();
  }
  delete std::exchange(live_, nullptr);
}

namespace {

std::chrono::milliseconds seconds_option(py::handle value) {
  auto const seconds = value.cast<double>();
  if (!(seconds >= 0 && seconds < 1e9)) {
    throw simruns::request_error(simruns::errc::invalid_argument,
                                 "a timeout is negative or not finite; give seconds");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e3)));
}

/// How Python sets an option, and what it is if Python does not.
struct option {
  std::function<void(simruns::client_config&, py::handle)> set;
  std::function<py::object(simruns::client_config const&)> unset;
};

template <auto Member>
option seconds() {
  return {[](simruns::client_config& c, py::handle v) { c.*Member = seconds_option(v); },
          [](simruns::client_config const& c) {
            return py::float_(std::chrono::duration<double>(c.*Member).count());
          }};
}

template <auto Member>
option plain() {
  return {[](simruns::client_config& c, py::handle v) {
            c.*Member = v.cast<std::remove_reference_t<decltype(c.*Member)>>();
          },
          [](simruns::client_config const& c) { return py::cast(c.*Member); }};
}

/// An option that is None if it is not set: there is none, or the server decides what it is.
option none(std::function<void(simruns::client_config&, py::handle)> set) {
  return {std::move(set), [](simruns::client_config const&) { return py::none(); }};
}

/// Allows so many requests in 300 seconds; 0 is no limit.
void set_request_budget(simruns::client_config& c, py::handle v) {
  auto const requests = v.cast<std::size_t>();
  c.request_budget.reset();
  if (requests > 0) c.request_budget = simruns::request_rate(requests, std::chrono::seconds(300));
}

void set_proxy(simruns::client_config& c, py::handle v) {
  c.proxy = simruns::proxy_url(v.cast<secret const&>().text());
}

/// Adds headers, each name with a secret, in place of those that have the same names.
void set_headers(simruns::client_config& c, py::handle v) {
  simruns::http_headers added;
  for (auto const& [header, value] : v.cast<py::dict>()) {
    auto name = header.cast<std::string>();
    std::erase_if(c.headers,
                  [&](auto const& one) { return simruns::same_header(one.first, name); });
    added.emplace_back(std::move(name), value.cast<secret const&>().text());
  }
  c.headers.insert(c.headers.end(), added.begin(), added.end());
}

/// Takes the proxy of the environment, unless one is named.
void set_proxy_from_env(simruns::client_config& c, py::handle v) {
  if (v.cast<bool>() && !c.proxy) c.proxy = simruns::proxy_from_environment(c.base);
}

/// Gives the options by the names that Python has for them.
std::map<std::string, option> const& options() {
  using config = simruns::client_config;
  static std::map<std::string, option> const all{
      {"connect_timeout", seconds<&config::connect_timeout>()},
      {"attempt_timeout", seconds<&config::attempt_timeout>()},
      {"operation_timeout", seconds<&config::operation_timeout>()},
      {"walk_timeout", seconds<&config::walk_timeout>()},
      {"max_attempts", plain<&config::max_attempts>()},
      {"backoff_base", seconds<&config::backoff_base>()},
      {"backoff_cap", seconds<&config::backoff_cap>()},
      {"retry_after_cap", seconds<&config::retry_after_cap>()},
      {"retry_server_errors", plain<&config::retry_server_errors>()},
      {"request_budget", none(&set_request_budget)},
      {"compression", none(plain<&config::compression>().set)},
      {"headers", none(&set_headers)},
      {"max_header_bytes", plain<&config::max_header_bytes>()},
      {"max_body_bytes", plain<&config::max_body_bytes>()},
      {"max_inflated_bytes", plain<&config::max_inflated_bytes>()},
      {"max_json_depth", plain<&config::max_json_depth>()},
      {"max_pages", plain<&config::max_pages>()},
      {"connections", plain<&config::connections>()},
      {"prefetch", plain<&config::prefetch>()},
      {"ca_file", none(plain<&config::ca_file>().set)},
      {"proxy", none(&set_proxy)},
      {"proxy_from_env", {&set_proxy_from_env, [](config const&) { return py::bool_(false); }}},
  };
  return all;
}

/// Gives what each option is if Python does not set it.
py::dict option_defaults() {
  simruns::client_config const config("https://any.server");
  py::dict out;
  for (auto const& [name, one] : options()) out[py::str(name)] = one.unset(config);
  return out;
}

simruns::client_config with_options(simruns::client_config out, py::dict const& given) {
  for (auto const& [name, value] : given) {
    auto const found = options().find(name.cast<std::string>());
    if (found == options().end()) {
      throw simruns::request_error(simruns::errc::invalid_argument,
                                   "there is no option " + name.cast<std::string>());
    }
    try {
      found->second.set(out, value);
    } catch (py::cast_error const&) {
      throw simruns::request_error(simruns::errc::invalid_argument,
                                   "the option " + name.cast<std::string>() +
                                       " has a value of the wrong type or out of range");
    }
  }
  return out;
}

std::shared_ptr<py_client> make_client(std::string const& url, secret const* api_key,
                                       secret const* token, py::dict const& given) {
  if ((api_key == nullptr) == (token == nullptr)) {
    throw simruns::request_error(simruns::errc::invalid_argument, "give one of api_key and token");
  }
  simruns::client_config config(url);
  config.on_event = [](simruns::request_event const& event) { event_log::instance().put(event); };
  config = with_options(std::move(config), given);
  auto secrets = api_key != nullptr ? simruns::credentials::api_key(api_key->text())
                                    : simruns::credentials::bearer(token->text());
  return std::make_shared<py_client>(std::move(config), std::move(secrets));
}

/// Gives the class of a stream what each that walks has.
template <class Class>
void walks(Class out) {
  using namespace py::literals;
  using Stream = typename Class::type;
  out.def(py::init([](py_client& client, simruns::run_query const& query) {
            return client.stream<Stream>(query);
          }),
          "client"_a, "query"_a)
      .def_property_readonly("_position", of_made<Stream>(&Stream::position))
      .def_property_readonly("_completeness", of_made<Stream>(&Stream::completeness))
      .def_property_readonly(
          "_bad_runs", [](std::shared_ptr<Stream> const& s) { return issue_list(s->bad_runs()); });
}

}  // namespace

void register_client(py::module_& m) {
  using namespace py::literals;
  py::class_<secret>(m, "Secret")
      .def(py::init<py::object const&>(), "text"_a)
      .def_static("masked", &secret::masked, "given"_a)
      .def_static("of_bytes", &secret::of_bytes, "content"_a)
      .def_property_readonly("fault", &secret::fault)
      .def_property_readonly("type_name", &secret::type_name)
      .def_property_readonly("is_empty", &secret::is_empty)
      .def_property_readonly("is_ascii", &secret::is_ascii)
      .def_property_readonly("is_key", &secret::is_key)
      .def("__repr__", [](secret const&) { return "<a secret>"; });
  m.def("masked_arguments", &masked_arguments, "given"_a, "plain"_a);

  py::class_<py_client, std::shared_ptr<py_client>>(m, "Client")
      .def(py::init(&make_client), "base_url"_a, py::kw_only(), "api_key"_a = py::none(),
           "token"_a = py::none(), "options"_a = py::dict())
      .def_static("option_defaults", &option_defaults)
      .def_property_readonly("base_url", &py_client::base_url)
      .def_property_readonly("closed", &py_client::closed)
      .def(
          "with_options",
          [](py_client& c, py::dict const& given) {
            return c.with_config(with_options(c.config(), given));
          },
          "options"_a)
      .def_property_readonly("proxy", &py_client::proxy)
      .def("probe", &py_client::probe, "query"_a, py::kw_only(), "anonymous"_a)
      .def("start_page", &py_client::start_page, "query"_a, py::arg("mailbox").none(true))
      .def("start_read", &py_client::start_read, "query"_a, py::arg("mailbox").none(true),
           "witness"_a = false, "budget"_a = nullptr)
      .def("start_list", &py_client::start_list, "query"_a, py::arg("mailbox").none(true))
      .def("start_run", &py_client::start_run, "query"_a, "id"_a, py::arg("mailbox").none(true))
      .def("start_batch", &py_client::start_batch, "query"_a, py::arg("mailbox").none(true))
      .def("start_witness", &py_client::start_witness, "query"_a, py::arg("mailbox").none(true))
      .def("close", &py_client::close)
      .def("__repr__",
           [](py_client const& c) { return "<simruns core client of " + c.base_url() + ">"; });

  py::class_<read_budget, std::shared_ptr<read_budget>>(m, "ReadBudget")
      .def(py::init<std::uint64_t>(), "max_bytes"_a);
  walks(blocking_stream_class<py_stream>(m, "Stream"));
  walks(awaited_stream_class<py_async_stream>(m, "AsyncStream"));
}

}  // namespace simruns_python
