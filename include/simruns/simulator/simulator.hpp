#pragma once

/// The whole Simulator: its data (`generate`, `load_jsonl`, `recording`), its servers (`server`,
/// `background_server`), and what happens to their runs and responses (`schedule`, `fault_script`).
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/faults/fault_script.hpp"
#include "simruns/simulator/faults/read_fault_script.hpp"
#include "simruns/simulator/faults/script_error.hpp"
#include "simruns/simulator/live/schedule.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/serve/background_server.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/request_log_file.hpp"
#include "simruns/simulator/serve/self_signed.hpp"
#include "simruns/simulator/serve/server.hpp"
#include "simruns/simulator/serve/server_options.hpp"
