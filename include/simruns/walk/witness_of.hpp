#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/walk/batch_witness.hpp"

#include <string_view>

namespace simruns {

/// Makes a witness of what a batch said, or of why it said nothing, for `completeness::witness`:
///
///     auto whole = runs.completeness();
///     whole.witness = simruns::witness_of(co_await client.try_fetch_batch(query), query.batch());
///     std::cout << to_string(whole) << '\n';
///
/// `batch`: what it was asked for by. A batch that has another reference, and another id, is no
/// witness of this one.
batch_witness witness_of(result<batch_info> const& said, std::string_view batch);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/witness_of.ipp"
#endif
