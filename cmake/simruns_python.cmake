# The extension module `simruns._core`, built by scikit-build-core or with SIMRUNS_BUILD_PYTHON=ON.

find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
if(NOT pybind11_DIR)
  execute_process(COMMAND "${Python_EXECUTABLE}" -m pybind11 --cmakedir
    OUTPUT_VARIABLE pybind11_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 2.12 CONFIG REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/*.cpp")
# NO_EXTRAS: link-time optimisation doubles the time to build and gains nothing measurable here.
pybind11_add_module(simruns_core MODULE NO_EXTRAS ${sources})
target_link_libraries(simruns_core PRIVATE simruns::compiled)
target_compile_options(simruns_core PRIVATE -Wall -Wextra
  $<$<BOOL:${SIMRUNS_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # Asio makes its symbols visible, and the process-wide ones of two Boost versions in one
  # interpreter would be merged: nothing but the module's entry leaves it.
  set(map "${PROJECT_SOURCE_DIR}/cmake/simruns_core.map")
  target_link_options(simruns_core PRIVATE "-Wl,--version-script=${map}")
  set_property(TARGET simruns_core APPEND PROPERTY LINK_DEPENDS "${map}")
endif()
set_target_properties(simruns_core PROPERTIES OUTPUT_NAME _core CXX_EXTENSIONS OFF
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# What a wheel is made of: nothing in it tells where it was built, and a fault in it is harder to
# exploit.
set(paths "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}" "${SIMRUNS_BOOST_INCLUDE_DIR}"
  ${pybind11_INCLUDE_DIRS} ${Python_INCLUDE_DIRS})
list(REMOVE_ITEM paths "")
list(TRANSFORM paths REPLACE "(.+)" "-ffile-prefix-map=\\1=.")
foreach(target simruns_core simruns_compiled simruns_boost_json)
  if(TARGET ${target})
    target_compile_options(${target} PRIVATE ${paths} -fstack-protector-strong
      "$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
  endif()
endforeach()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(simruns_core PRIVATE "-Wl,-z,relro,-z,now,-z,noexecstack")
endif()
install(TARGETS simruns_core LIBRARY DESTINATION simruns)
