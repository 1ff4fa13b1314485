# README's command without CMake, with its example as the program.
#
#     cmake -DSIMRUNS_SOURCE=... -DBUILD=... -DCOMPILER=... -P plain_command.cmake

cmake_minimum_required(VERSION 3.25)

file(STRINGS "${SIMRUNS_SOURCE}/README.md" line REGEX "^    g\\+\\+ ")
if(NOT line)
  message(FATAL_ERROR "README.md has no line that begins with g++")
endif()
separate_arguments(command UNIX_COMMAND "${line}")
list(REMOVE_AT command 0)
list(TRANSFORM command REPLACE "^simruns/" "${SIMRUNS_SOURCE}/")
list(TRANSFORM command REPLACE "^program.cpp$" "${SIMRUNS_SOURCE}/examples/01_print_runs.cpp")

file(MAKE_DIRECTORY "${BUILD}")
execute_process(COMMAND "${COMPILER}" ${command} WORKING_DIRECTORY "${BUILD}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${line}\n${output}")
endif()
execute_process(COMMAND "${BUILD}/a.out" RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 2 OR NOT output MATCHES "^usage:")
  message(FATAL_ERROR "the program ends in ${result}: ${output}")
endif()
