# renkei_library(NAME [SOURCES ...] [DEPS ...] [PRIVATE_DEPS ...]): the library of one folder.
function(renkei_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(renkei_${name} STATIC ${ARG_SOURCES})
  target_include_directories(renkei_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(renkei_${name} PUBLIC ${ARG_DEPS} PRIVATE renkei_flags ${ARG_PRIVATE_DEPS})
  if(name IN_LIST RENKEI_OPTIMIZED)
    target_compile_options(renkei_${name} PRIVATE -O1)
  endif()
endfunction()

# renkei_test(NAME [PARTS n] [SERIAL] [TIMEOUT s] [LABEL l] [SOURCES ...] [DEPS ...]): one GoogleTest
# binary.  PARTS: its cases in so many processes, since starting one often takes longer than a case;
# else each case is a ctest and a process of its own.  SERIAL: nothing else runs beside them.  One
# label: of two, the second would be taken for a property, and what follows it for its value.
function(renkei_test name)
  if(NOT RENKEI_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "SERIAL" "PARTS;TIMEOUT;LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT AND ARG_PARTS)
    set(ARG_TIMEOUT 600)
  elseif(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE renkei_flags renkei_test_main ${ARG_DEPS})
  set(environment "RENKEI_SHARED=${PROJECT_SOURCE_DIR}/../shared")
  # What may take long begins first, so that no core waits for it at the end.
  set(properties TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL} LABELS "${ARG_LABEL}")
  if(NOT ARG_PARTS)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}."
      PROPERTIES ${properties} ENVIRONMENT "${environment}")
    return()
  endif()
  foreach(part RANGE 1 ${ARG_PARTS})
    add_test(NAME ${name}.part_${part} COMMAND ${name} --gtest_brief=1)
    math(EXPR index "${part} - 1")
    set_tests_properties(${name}.part_${part} PROPERTIES ${properties}
      ENVIRONMENT "${environment};GTEST_TOTAL_SHARDS=${ARG_PARTS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()

# renkei_fuzz(NAME SOURCES ... DEPS ...): a libFuzzer target (fuzz preset), and everywhere else a
# program that replays its corpus, run by ctest.
function(renkei_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name}_fuzz ${ARG_SOURCES})
  target_link_libraries(${name}_fuzz PRIVATE renkei_flags ${ARG_DEPS})
  if(RENKEI_FUZZ)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME fuzz_replay.${name} COMMAND ${name}_fuzz ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz_replay.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
