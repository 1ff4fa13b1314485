#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/walk/batch_witness.hpp"

namespace simruns {

/// Makes a witness of what a batch said, or of why it said nothing, for `completeness::witness`:
///
///     auto whole = runs.completeness();
///     whole.witness = simruns::witness_of(co_await client.try_fetch_batch(query));
///     std::cout << to_string(whole) << '\n';
batch_witness witness_of(result<batch_info> const& said);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/witness_of.ipp"
#endif
