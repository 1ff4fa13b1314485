# Each public header compiles alone, and twice in one unit: one generated source file a header.

file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include"
  "${PROJECT_SOURCE_DIR}/include/*.hpp")
list(FILTER headers EXCLUDE REGEX "/src\\.hpp$") # the whole library: `simruns::compiled` compiles them
set(sources "")
foreach(header IN LISTS headers)
  string(REPLACE "/" "." name "${header}")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include <${header}>\n#include <${header}>\n")
  list(APPEND sources "${source}")
endforeach()
add_library(header_checks OBJECT ${sources})
target_link_libraries(header_checks PRIVATE simruns::compiled simruns_test_options)
target_compile_options(header_checks PRIVATE -O0 -g0)
set_target_properties(header_checks PROPERTIES CXX_EXTENSIONS OFF)
