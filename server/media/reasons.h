/* The words for what the decoder says in numbers. */
#ifndef RINGSIGHT_MEDIA_REASONS_H
#define RINGSIGHT_MEDIA_REASONS_H

#include "core/str.h"
#include "media/media.h"
#include "media/wire.h"

/* One sentence for the human; STR_NONE if the number is no reason. */
struct str reason_sentence(struct arena *a, const struct wire_refused *refused);

/* Fills codec, format and type; false if a number is no codec or no container. */
bool reason_format(const struct wire_format *f, struct media_info *ret);

#endif
