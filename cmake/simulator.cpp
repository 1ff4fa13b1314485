#include <simruns/simulator/src.hpp>
