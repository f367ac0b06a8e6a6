/* YAML as far as JSON goes (over libyaml, which is included nowhere else): one document of mappings,
 * lists, texts, whole numbers, true, false and null. No aliases, no tags. */
#ifndef RINGSIGHT_CORE_YAML_H
#define RINGSIGHT_CORE_YAML_H

#include "core/json.h"

/* The document as JSON text. E_BAD_PAYLOAD with the line: not YAML, an alias or tag, deeper than
 * JSON_MAX_DEPTH, a key that is no text. */
const struct err *yaml_to_json(struct arena *a, struct str text, struct str *ret_json) MUST_USE;

/* The tree as YAML; texts that could be taken for something else are quoted. E_INTERNAL if libyaml
 * refuses. */
const struct err *yaml_of(struct arena *a, const struct json *tree, struct str *ret_text) MUST_USE;

#endif
