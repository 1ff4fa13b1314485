# Makes `simruns::boost`: Boost's headers and a Boost.JSON to link. Used by the build and, installed
# beside the package config, by `find_package(simruns)`.
#
#   1. SIMRUNS_BOOST_INCLUDE_DIR, if set, wins: header packages carry no BoostConfig.
#   2. Else Boost's own package config, 1.81 or later.
#
# Where no built Boost.JSON comes with the headers, or the compiler finds other headers than that one
# was built from, `simruns::boost_json` is compiled from `boost_json.cpp`, as a static library: one
# target, so that two libraries in one program share it.
# Callers may set `simruns_own_boost_json` to compile Boost.JSON even where a built one is found.

set(SIMRUNS_BOOST_INCLUDE_DIR "" CACHE PATH "Directory that holds boost/, instead of find_package(Boost)")

function(simruns_check_boost_headers dir)
  if(NOT EXISTS "${dir}/boost/json/src.hpp" OR NOT EXISTS "${dir}/boost/version.hpp")
    message(FATAL_ERROR "SIMRUNS_BOOST_INCLUDE_DIR: no Boost headers with Boost.JSON in '${dir}'")
  endif()
  file(STRINGS "${dir}/boost/version.hpp" line REGEX "^#define BOOST_VERSION ")
  string(REGEX REPLACE "[^0-9]" "" number "${line}")
  if(number LESS 108100)
    message(FATAL_ERROR "SIMRUNS_BOOST_INCLUDE_DIR: Boost 1.81 or later needed, found ${number}")
  endif()
endfunction()

# Which headers the compiler finds is for it to say: CPATH, CMAKE_CXX_FLAGS and its own directories
# come before, or instead of, the directory that Boost's package config names.
function(simruns_preprocesses result condition)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  try_compile(succeeded
    SOURCE_FROM_CONTENT version.cpp "#include <boost/version.hpp>\n#if !(${condition})\n#error\n#endif\n"
    LINK_LIBRARIES OpenSSL::SSL ZLIB::ZLIB Boost::headers NO_CACHE)
  set(${result} ${succeeded} PARENT_SCOPE)
endfunction()

function(simruns_add_boost_json headers)
  if(NOT TARGET simruns_boost_json)
    add_library(simruns_boost_json STATIC "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/boost_json.cpp")
    add_library(simruns::boost_json ALIAS simruns_boost_json)
    target_compile_features(simruns_boost_json PUBLIC cxx_std_20)
    target_link_libraries(simruns_boost_json PUBLIC ${headers})
    set_target_properties(simruns_boost_json PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
  target_link_libraries(simruns::boost INTERFACE simruns_boost_json)
endfunction()

if(NOT TARGET simruns::boost)
  add_library(simruns::boost INTERFACE IMPORTED GLOBAL)
  if(SIMRUNS_BOOST_INCLUDE_DIR)
    simruns_check_boost_headers("${SIMRUNS_BOOST_INCLUDE_DIR}")
    add_library(simruns::boost_headers INTERFACE IMPORTED GLOBAL)
    target_include_directories(simruns::boost_headers SYSTEM INTERFACE "${SIMRUNS_BOOST_INCLUDE_DIR}")
    target_link_libraries(simruns::boost INTERFACE simruns::boost_headers)
    simruns_add_boost_json(simruns::boost_headers)
  else()
    find_package(Boost 1.81 CONFIG QUIET OPTIONAL_COMPONENTS json)
    if(NOT TARGET Boost::headers)
      message(FATAL_ERROR "simruns needs Boost 1.81 or later: install it (Debian 12: "
        "libboost1.81-dev libboost-json1.81-dev) or set SIMRUNS_BOOST_INCLUDE_DIR to its headers")
    endif()
    target_link_libraries(simruns::boost INTERFACE Boost::headers)
    string(REGEX REPLACE "^([0-9]+)\\.([0-9]+)\\.([0-9]+).*" "\\1 * 100000 + \\2 * 100 + \\3" number "${Boost_VERSION}")
    simruns_preprocesses(simruns_boost_agrees "BOOST_VERSION == ${number}")
    if(NOT simruns_boost_agrees)
      simruns_preprocesses(simruns_boost_suffices
        "BOOST_VERSION >= 108100 && __has_include(<boost/json/src.hpp>)")
      if(NOT simruns_boost_suffices)
        message(FATAL_ERROR "Boost ${Boost_VERSION} is installed, but the compiler finds the headers "
          "of one before 1.81: look into CPATH and CMAKE_CXX_FLAGS")
      endif()
      message(STATUS "The compiler finds the headers of another Boost than the installed "
        "${Boost_VERSION}: Boost.JSON is compiled from them")
    endif()
    if(TARGET Boost::json AND simruns_boost_agrees AND NOT simruns_own_boost_json)
      target_link_libraries(simruns::boost INTERFACE Boost::json)
    else()
      simruns_add_boost_json(Boost::headers)
    endif()
  endif()
endif()
