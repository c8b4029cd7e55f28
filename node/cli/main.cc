#include "node/cli/cli.h"

int main(int argc, char** argv) {
  const renkei::SystemClock clock;
  return renkei::cli::Main(argc, argv, clock);
}
