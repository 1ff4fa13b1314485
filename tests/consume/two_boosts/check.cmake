# A machine with a second Boost on CPATH, of which only the version is there: a newer one is used,
# for Boost.JSON too, and one that is too old is refused. Nothing is compiled.
#
#     cmake -DSIMRUNS_SOURCE=... -DBUILD=... -DGENERATOR=... -DCOMPILER=... -P check.cmake

cmake_minimum_required(VERSION 3.25)

function(configure_beside version result output)
  set(other "${BUILD}/boost-${version}")
  file(CONFIGURE OUTPUT "${other}/boost/version.hpp" CONTENT "#define BOOST_VERSION ${version}\n")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env "CPATH=${other}"
      "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${BUILD}/${version}" -G "${GENERATOR}"
        "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DSIMRUNS_SOURCE=${SIMRUNS_SOURCE}"
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} "${status}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${BUILD}")
configure_beside(199900 result output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "beside newer headers:\n${output}")
endif()

configure_beside(107400 result output)
if(result EQUAL 0 OR NOT output MATCHES "the compiler finds the headers")
  message(FATAL_ERROR "headers that are too old were not refused:\n${output}")
endif()
