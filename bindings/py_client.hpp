#pragma once

#include "asked_batch.hpp"
#include "operation.hpp"
#include "py_probe.hpp"
#include "py_stream.hpp"
#include "read_budget.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/runs/client.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace simruns_python {

/// A client as Python holds it: its arguments, and the C++ client in the core of this process. One
/// that another made shares the connections of that one, and is closed with it.
class py_client : public std::enable_shared_from_this<py_client> {
 public:
  /// `maker`: the client that made this one, or null.
  py_client(simruns::client_config config, simruns::credentials secrets,
            std::shared_ptr<py_client> maker = nullptr)
      : config_(std::move(config)), credentials_(std::move(secrets)), maker_(std::move(maker)) {
    current();  // bad certificates and options fail here, not at the first request
  }
  py_client(py_client const&) = delete;
  py_client& operator=(py_client const&) = delete;
  ~py_client();

  std::string base_url() const { return config_.base.text(); }
  simruns::client_config const& config() const noexcept { return config_; }
  bool closed() const noexcept { return closed_; }

  /// A client with other options over the same connections.
  std::shared_ptr<py_client> with_config(simruns::client_config config);

  /// The URL of the proxy, its user and password as `***`.
  std::optional<std::string> proxy() const;

  /// Asks for one page by a transport of its own, `anonymous` without the credentials.
  std::shared_ptr<py_probe> probe(simruns::run_query const& query, bool anonymous);

  std::shared_ptr<operation> start_page(simruns::run_query const& query,
                                        std::shared_ptr<mailbox> box);
  /// `witness`: whether to ask for the batch as well, as soon as a page is here. `budget`: what the
  /// walk shares with others; null for none.
  std::shared_ptr<operation> start_read(simruns::run_query const& query,
                                        std::shared_ptr<mailbox> box, bool witness,
                                        std::shared_ptr<read_budget> budget);
  std::shared_ptr<operation> start_list(simruns::list_query const& query,
                                        std::shared_ptr<mailbox> box);
  std::shared_ptr<operation> start_run(simruns::run_query const& query, std::string id,
                                       std::shared_ptr<mailbox> box);
  std::shared_ptr<operation> start_batch(simruns::run_query const& query,
                                         std::shared_ptr<mailbox> box);
  std::shared_ptr<operation> start_witness(simruns::run_query const& query,
                                           std::shared_ptr<mailbox> box);

  template <class Stream>
  std::shared_ptr<Stream> stream(simruns::run_query const& query) {
    auto& here = ready();
    return closed_with_us(std::make_shared<Stream>(here.io, here.client.runs(query)));
  }

  template <class Stream>
  std::shared_ptr<Stream> follow(simruns::run_query const& query,
                                 simruns::follow_options const& options) {
    auto& here = ready();
    return closed_with_us(std::make_shared<Stream>(here.io, here.client.follow(query, options)));
  }

  void close();

 private:
  struct live {
    std::shared_ptr<io_thread> io;
    simruns::client client;
    std::shared_ptr<witness_places> witnesses;
  };

  live& current();
  live make_live();

  /// The same, before a stream is made, whose events may be wanted.
  live& ready();

  std::shared_ptr<operation> begin(std::shared_ptr<mailbox> box);

  template <class Stream>
  std::shared_ptr<Stream> closed_with_us(std::shared_ptr<Stream> made) {
    std::erase_if(streams_, [](auto const& one) { return one.expired(); });
    streams_.push_back(made);
    return made;
  }

  simruns::client_config config_;
  simruns::credentials credentials_;
  std::shared_ptr<py_client> maker_;
  std::vector<std::weak_ptr<py_client>> made_;
  live* live_ = nullptr;
  std::vector<std::weak_ptr<operation>> under_way_;
  std::vector<std::weak_ptr<open_stream>> streams_;
  bool closed_ = false;
};

}  // namespace simruns_python
