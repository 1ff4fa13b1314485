# Boost for the Python module: the headers of the build requirement `libboost-headers`, so that a
# wheel depends on no Boost of the machine it was built on. Without that package: as in C++.

if(NOT SIMRUNS_BOOST_INCLUDE_DIR OR NOT EXISTS "${SIMRUNS_BOOST_INCLUDE_DIR}")
  find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c
      "import importlib.util as u; print(u.find_spec('libboost_headers').submodule_search_locations[0] + '/include')"
    OUTPUT_VARIABLE simruns_headers OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE simruns_failed ERROR_QUIET)
  if(simruns_failed)
    message(STATUS "libboost-headers not found by ${Python_EXECUTABLE}: looking for an installed Boost")
    set(simruns_headers "")
  endif()
  set(SIMRUNS_BOOST_INCLUDE_DIR "${simruns_headers}" CACHE PATH
    "Directory that holds boost/, instead of find_package(Boost)" FORCE)
endif()
