# cmake -DCASE=<file> -DCOMMANDS=<compile_commands.json> -P check.cmake

cmake_minimum_required(VERSION 3.25)

file(STRINGS "${CASE}" expected REGEX "^// error: " LIMIT_COUNT 1)
if(NOT expected)
  message(FATAL_ERROR "${CASE} does not begin with '// error: <regular expression>'")
endif()
string(REGEX REPLACE "^// error: " "" expected "${expected}")

# A second line may give arguments that the wrong code alone is compiled with, as another standard.
file(STRINGS "${CASE}" more REGEX "^// arguments: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// arguments: " "" more "${more}")

file(READ "${COMMANDS}" commands)
string(JSON count LENGTH "${commands}")
math(EXPR last "${count} - 1")
set(command "")
foreach(i RANGE ${last})
  string(JSON file GET "${commands}" ${i} file)
  if(file STREQUAL CASE)
    string(JSON command GET "${commands}" ${i} command)
    string(JSON directory GET "${commands}" ${i} directory)
    break()
  endif()
endforeach()
if(NOT command)
  message(FATAL_ERROR "${CASE} is not in ${COMMANDS}")
endif()

separate_arguments(arguments UNIX_COMMAND "${command} ${more}")
list(APPEND arguments -DSIMRUNS_WRONG -fsyntax-only)
execute_process(COMMAND ${arguments} WORKING_DIRECTORY "${directory}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "compiled, though it must not: ${CASE}")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "refused, but not for the reason '${expected}':\n${output}")
endif()
