#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/detail/values.hpp"
#include "simruns/page/page.hpp"

#include <memory>
#include <utility>

namespace simruns {

SIMRUNS_INLINE std::span<run const> page::runs() const& noexcept {
  return data_ ? std::span<run const>(data_->runs) : std::span<run const>{};
}

SIMRUNS_INLINE std::size_t page::size() const noexcept { return data_ ? data_->runs.size() : 0; }

SIMRUNS_INLINE run const& page::operator[](std::size_t index) const& noexcept {
  return data_->runs[index];
}

SIMRUNS_INLINE run_ptr page::share(std::size_t index) const noexcept {
  return run_ptr(data_, &data_->runs[index]);
}

SIMRUNS_INLINE page page::select(std::span<std::size_t const> indices) const {
  auto out = std::make_shared<detail::page_data>();
  out->origin = data_->origin && !data_->has_own_issues ? data_->origin : data_;
  out->paging = data_->paging;
  out->issues_dropped = data_->issues_dropped;
  out->extra = data_->extra;
  out->runs.reserve(indices.size());
  for (auto const i : indices) out->runs.push_back(data_->runs[i]);
  return page(std::move(out));
}

SIMRUNS_INLINE simruns::pagination const& page::pagination() const& noexcept {
  return data_->paging;
}

SIMRUNS_INLINE std::span<issue const> page::issues() const& noexcept {
  return data_->noted().issues;
}

SIMRUNS_INLINE std::span<bad_run const> page::bad_runs() const& noexcept {
  return data_->noted().bad_runs;
}

SIMRUNS_INLINE std::size_t page::issues_dropped() const noexcept { return data_->issues_dropped; }

SIMRUNS_INLINE std::size_t page::capacity() const noexcept {
  std::size_t out = 0;
  for (auto const* part = data_.get(); part != nullptr; part = part->origin.get()) {
    out += part->body.capacity() + part->memory.capacity();
    out += part->runs.capacity() * sizeof(run) + part->issues.capacity() * sizeof(issue);
    out += part->bad_runs.capacity() * sizeof(bad_run);
  }
  return out;
}

SIMRUNS_INLINE std::span<extra_member const> page::extra() const& noexcept { return data_->extra; }

SIMRUNS_INLINE std::string_view page::body() const& noexcept { return data_->decoded().body; }

SIMRUNS_INLINE std::string shown_text(page const& of, std::string_view text) {
  return detail::excerpt(text, detail::most_shown_bytes, of.data_->decoded().strike.get());
}

}  // namespace simruns
