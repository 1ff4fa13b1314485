# Makes `simruns::compiled`: the library compiled once, as a static library, for programs of more
# than a few units. It is compiled as part of the program that links it, with that program's options.
# Used by the build and, installed beside the package config, by `find_package(simruns)`.

if(NOT TARGET simruns_compiled)
  add_library(simruns_compiled STATIC EXCLUDE_FROM_ALL
    "${CMAKE_CURRENT_LIST_DIR}/simruns.cpp" "${CMAKE_CURRENT_LIST_DIR}/simulator.cpp")
  add_library(simruns::compiled ALIAS simruns_compiled)
  target_compile_definitions(simruns_compiled PUBLIC SIMRUNS_SEPARATE_COMPILATION)
  target_link_libraries(simruns_compiled PUBLIC simruns::simruns)
  set_target_properties(simruns_compiled PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endif()
