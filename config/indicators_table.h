// Reads [indicators] and [decay].  For the loaders of this folder only.
#pragma once

#include "config/indicators_config.h"
#include "config/toml_reader.h"

namespace renkei::config {

IndicatorsConfig ReadIndicators(TomlSource& source, TomlReader& root);

}  // namespace renkei::config
