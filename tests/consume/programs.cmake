# The programs of a consumer, each a test of its project, by the target that it links.

enable_testing()
set(sources "${CMAKE_CURRENT_LIST_DIR}")

function(simruns_one_unit name target)
  add_executable(${name} "${sources}/one_unit.cpp")
  target_link_libraries(${name} PRIVATE ${target})
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# Two libraries that know nothing of each other, in one program.
function(simruns_two_units name target)
  foreach(unit IN ITEMS first second)
    add_library(${name}_${unit} STATIC "${sources}/${unit}.cpp")
    target_link_libraries(${name}_${unit} PRIVATE ${target})
  endforeach()
  add_executable(${name} "${sources}/two_units.cpp")
  target_link_libraries(${name} PRIVATE ${name}_first ${name}_second)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
