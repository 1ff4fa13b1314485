#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/store/detail/catalogue.hpp"
#include "simruns/simulator/store/detail/list_query.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

SIMRUNS_INLINE text_page texts_of(stored_page page) {
  text_page made;
  for (auto const* run : page.runs) made.items.push_back(run->json);
  static_cast<list_pagination&>(made) = std::move(page);
  return made;
}

SIMRUNS_INLINE stored_page store::page(page_query const& query) const {
  auto const ranked = ranking_of(query);
  auto const digest_of_query = digest(query);
  pager<stored_run> const pages{*ranked, query.order};
  auto const range = pages.locate(query, digest_of_query);
  stored_page page;
  auto const begin = ranked->begin();
  page.runs.assign(begin + static_cast<std::ptrdiff_t>(range.first),
                   begin + static_cast<std::ptrdiff_t>(range.last));
  static_cast<list_pagination&>(page) = pages.told(range, query, digest_of_query);
  return page;
}

SIMRUNS_INLINE std::shared_ptr<ranking const> store::ranking_of(page_query const& query) const {
  if (!life_)
    return rankings_.find(query, 0, [&]() -> auto const& { return runs_->runs_of(query.batch); });
  auto const now = clock_->now();
  auto const state = life_->state_at(query.batch, now);
  return rankings_.find(query, state, [&] { return life_->runs_at(query.batch, now); });
}

/// The page of a list that a query means; `text_of` gives the text of an item.
template <class Item, class Query, class TextOf>
text_page page_of(std::vector<Item const*> items, Query const& query, TextOf text_of) {
  std::sort(items.begin(), items.end(),
            [&query](Item const* a, Item const* b) { return query.order.less(*a, *b); });
  auto const digest_of_query = digest(query);
  pager<Item> const pages{items, query.order};
  auto const range = pages.locate(query, digest_of_query);
  text_page page;
  for (auto i = range.first; i != range.last; ++i) page.items.push_back(text_of(*items[i]));
  static_cast<list_pagination&>(page) = pages.told(range, query, digest_of_query);
  return page;
}

inline bool has_text(std::string const& name, std::string const& reference,
                     std::string const& wanted) {
  return name.find(wanted) != name.npos || reference.find(wanted) != reference.npos;
}

SIMRUNS_INLINE text_page store::scenarios(scenario_query const& query) const {
  std::vector<stored_scenario const*> items;
  for (auto const& scenario : catalogue_.of_project(query.project)) {
    auto const& told = scenario.told;
    if (has_text(told.name, told.reference, query.filter)) items.push_back(&told);
  }
  return page_of(std::move(items), query, [&query](stored_scenario const& told) {
    bool const scheduled = query.upcoming && !told.scheduled_json.empty();
    return std::string_view{scheduled ? told.scheduled_json : told.json};
  });
}

inline bool is_meant(stored_batch const& batch, batch_query const& query, std::int64_t today) {
  if (!query.status.empty() && batch.status != query.status) return false;
  if (!has_text(batch.name, batch.key.batch, query.filter)) return false;
  if (!query.span) return true;
  return batch.created_at && *batch.created_at >= today - query.span->count();
}

SIMRUNS_INLINE std::optional<text_page> store::batches(batch_query const& query) const {
  auto const* scenario = catalogue_.find(query.scenario.project, query.scenario.scenario);
  if (scenario == nullptr) return std::nullopt;
  auto const now = time();
  auto const from = today();
  auto const there = std::make_shared<std::vector<stored_batch>>();
  for (auto const& known : scenario->batches) {
    auto const& types = known.end_point_types;
    if (!query.end_point_type.empty() && !types.contains(query.end_point_type)) continue;
    auto batch = known.at(now);
    if (is_meant(batch, query, from)) there->push_back(std::move(batch));
  }
  std::vector<stored_batch const*> items;
  for (auto const& batch : *there) items.push_back(&batch);
  auto page = page_of(std::move(items), query,
                      [](stored_batch const& batch) { return std::string_view{batch.json}; });
  page.holds = there;
  return page;
}

SIMRUNS_INLINE catalogue::known_batch const* store::find_batch(batch_key const& key) const {
  auto const* scenario = catalogue_.find(key.project, key.scenario);
  return scenario == nullptr ? nullptr : scenario->find(key.batch);
}

SIMRUNS_INLINE std::optional<stored_batch> store::batch(batch_key const& key) const {
  auto const* known = find_batch(key);
  if (known == nullptr) return std::nullopt;
  return known->at(time());
}

SIMRUNS_INLINE stored_run const* store::run(batch_key const& key, std::string_view id) const {
  auto const* known = find_batch(key);
  if (known == nullptr || id.empty()) return nullptr;
  auto const& of = known->told.key;
  auto const runs = life_ ? life_->runs_at(of, clock_->now()) : runs_->runs_of(of);
  auto const found =
      std::find_if(runs.begin(), runs.end(), [id](stored_run const* run) { return run->id == id; });
  return found == runs.end() ? nullptr : *found;
}

SIMRUNS_INLINE std::int64_t store::today() const {
  if (life_) return catalogue_.newest() + clock_->now().count();
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace simruns::simulator::detail
