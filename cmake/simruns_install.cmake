include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(simruns_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/simruns")
configure_package_config_file(cmake/simrunsConfig.cmake.in simrunsConfig.cmake
  INSTALL_DESTINATION "${simruns_cmake_dir}")
write_basic_package_version_file(simrunsConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(TARGETS simruns EXPORT simrunsTargets)
install(EXPORT simrunsTargets NAMESPACE simruns:: DESTINATION "${simruns_cmake_dir}")
install(FILES
  "${PROJECT_BINARY_DIR}/simrunsConfig.cmake" "${PROJECT_BINARY_DIR}/simrunsConfigVersion.cmake"
  cmake/simruns_boost.cmake cmake/boost_json.cpp
  cmake/simruns_compiled.cmake cmake/simruns.cpp cmake/simulator.cpp
  DESTINATION "${simruns_cmake_dir}")
install(FILES include/simruns.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY include/simruns DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.?pp")
