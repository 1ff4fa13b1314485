# Compiles through ccache where it is installed. Paths below the source directory are hashed as
# relative ones, so that a second clone finds what the first compiled. The tests' precompiled header
# is cached on these terms alone; no code of ours uses macros of the time.

find_program(SIMRUNS_CCACHE ccache DOC "ccache, used for our own builds when present")
mark_as_advanced(SIMRUNS_CCACHE)
if(SIMRUNS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
    "CCACHE_NOHASHDIR=1" "CCACHE_SLOPPINESS=pch_defines,time_macros" "${SIMRUNS_CCACHE}")
endif()
