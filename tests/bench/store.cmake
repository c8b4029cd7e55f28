# The store's benchmark: `ninja store_bench`, not part of ctest.
find_package(benchmark REQUIRED)
add_executable(store_bench EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/bench/store_bench.cc)
target_link_libraries(store_bench PRIVATE renkei_flags renkei_store renkei_fault_none SQLite::SQLite3
  benchmark::benchmark_main)
