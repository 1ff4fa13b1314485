#include "peer.hpp"

#include <curl/curl.h>

#include <stdexcept>
#include <utility>

/// libcurl: one easy handle that is used again, so its connection is too.
namespace bench {
namespace {

void check(CURLcode code) {
  if (code != CURLE_OK) throw std::runtime_error(std::string("curl: ") + curl_easy_strerror(code));
}

class curl final : public peer {
 public:
  curl(std::string_view name, request_list const& requests, long buffer_bytes)
      : name_(name), handle_(curl_easy_init()) {
    if (handle_ == nullptr) throw std::runtime_error("curl: no handle");
    for (auto const& request : requests) {
      urls_.push_back("http://" + request.host + ":" + std::to_string(request.port) +
                      request.target);
    }
    for (auto const& [header, value] : requests.front().headers) {
      fields_ = curl_slist_append(fields_, (header + ": " + value).c_str());
    }
    check(curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, fields_));
    check(curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &curl::take));
    check(curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this));
    check(curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L));
    check(curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, 30'000L));
    if (buffer_bytes > 0) check(curl_easy_setopt(handle_, CURLOPT_BUFFERSIZE, buffer_bytes));
  }
  curl(curl const&) = delete;
  curl& operator=(curl const&) = delete;
  ~curl() override {
    curl_easy_cleanup(handle_);
    curl_slist_free_all(fields_);
  }

  std::string_view name() const override { return name_; }

  void fetch(std::size_t count, page_sink const& sink) override {
    for (std::size_t i = 0; i < count; ++i) {
      check(curl_easy_setopt(handle_, CURLOPT_URL, urls_[i % urls_.size()].c_str()));
      check(curl_easy_perform(handle_));
      long status = 0;
      check(curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status));
      if (status != 200) throw std::runtime_error("curl: an answer that is no page");
      sink(i, std::exchange(body_, {}));
    }
  }

 private:
  /// Room for the whole body at once, as the best of its users would have it.
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
    auto* const self = static_cast<curl*>(to);
    if (self->body_.empty()) {
      curl_off_t length = -1;
      curl_easy_getinfo(self->handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
      if (length > 0) self->body_.reserve(static_cast<std::size_t>(length));
    }
    self->body_.append(data, size * count);
    return size * count;
  }

  std::string name_;
  CURL* handle_;
  curl_slist* fields_ = nullptr;
  std::vector<std::string> urls_;
  std::string body_;
};

}  // namespace

std::unique_ptr<peer> make_curl(std::string_view name, request_list const& requests,
                                long buffer_bytes) {
  return std::make_unique<curl>(name, requests, buffer_bytes);
}

}  // namespace bench
