# One file of each kind of test stays header-only, as users have the library by default. They are in
# one program, so that a definition that is not `inline` is there twice.

add_executable(header_only_tests
  unit/page/page.cpp flow/failures.cpp net/windows.cpp $<TARGET_OBJECTS:simruns_test_main>)
target_include_directories(header_only_tests PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_compile_definitions(header_only_tests PRIVATE
  SIMRUNS_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
target_link_libraries(header_only_tests PRIVATE
  simruns::simruns simruns_test_options Catch2::Catch2)
set_target_properties(header_only_tests PROPERTIES CXX_EXTENSIONS OFF)
add_test(NAME header_only COMMAND header_only_tests)
set_tests_properties(header_only PROPERTIES TIMEOUT 300 RUN_SERIAL TRUE)
