#pragma once

/// The whole Simulator: data sets (`generate`, `load_jsonl`) and servers for them (`server`,
/// `background_server`).
#include "simruns/simulator/background_server.hpp"
#include "simruns/simulator/dataset.hpp"
#include "simruns/simulator/faults.hpp"
#include "simruns/simulator/generate.hpp"
#include "simruns/simulator/request_log.hpp"
#include "simruns/simulator/server.hpp"
#include "simruns/simulator/server_options.hpp"
