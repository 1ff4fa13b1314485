#pragma once

/// The whole Simulator: data sets (`generate`, `load_jsonl`), servers for them (`server`,
/// `background_server`), and what happens to their runs and answers (`schedule`, `fault_script`).
#include "simruns/simulator/background_server.hpp"
#include "simruns/simulator/dataset.hpp"
#include "simruns/simulator/fault_script.hpp"
#include "simruns/simulator/faults.hpp"
#include "simruns/simulator/generate.hpp"
#include "simruns/simulator/read_fault_script.hpp"
#include "simruns/simulator/recording.hpp"
#include "simruns/simulator/request_log.hpp"
#include "simruns/simulator/request_log_file.hpp"
#include "simruns/simulator/schedule.hpp"
#include "simruns/simulator/self_signed.hpp"
#include "simruns/simulator/server.hpp"
#include "simruns/simulator/server_options.hpp"
#include "simruns/simulator/virtual_clock.hpp"
