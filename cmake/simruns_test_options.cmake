# `simruns_test_options`: warnings and sanitizers for our own tests and examples. Users never see it.

add_library(simruns_test_options INTERFACE)
target_compile_options(simruns_test_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Woverloaded-virtual -Wimplicit-fallthrough
  $<$<BOOL:${SIMRUNS_WARNINGS_AS_ERRORS}>:-Werror>)

# Separate, as what is compiled from others (Boost.JSON, Catch2) is sanitized but not warned about.
add_library(simruns_sanitizers INTERFACE)
if(SIMRUNS_SANITIZE)
  string(REPLACE ";" "," list "${SIMRUNS_SANITIZE}")
  set(flags "-fsanitize=${list}" -fno-omit-frame-pointer)
  if("undefined" IN_LIST SIMRUNS_SANITIZE)
    list(APPEND flags -fno-sanitize-recover=undefined)
  endif()
  target_compile_options(simruns_sanitizers INTERFACE ${flags})
  target_link_options(simruns_sanitizers INTERFACE ${flags})
  if(TARGET simruns_boost_json)
    target_link_libraries(simruns_boost_json PRIVATE simruns_sanitizers)
  endif()
endif()
target_link_libraries(simruns_test_options INTERFACE simruns_sanitizers)
target_link_libraries(simruns_compiled PRIVATE $<BUILD_INTERFACE:simruns_test_options>)
