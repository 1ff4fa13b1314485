#include <simruns/src.hpp>
