/* What an integration's page needs besides its settings: the guide to its phone system, the field map,
 * whether clock and zone agree, and which addresses are called from and may be called. */
#ifndef RINGSIGHT_INTAKE_SETUP_H
#define RINGSIGHT_INTAKE_SETUP_H

#include "http/http.h"

extern const struct feature setup_feature;

/* What the parts of this folder share. */
extern const struct field map_save_in[], map_preview_in[];
const struct err *map_show(struct req *rq) MUST_USE;
const struct err *map_save(struct req *rq) MUST_USE;
const struct err *map_preview(struct req *rq) MUST_USE;
const struct err *guide_show(struct req *rq) MUST_USE;
const struct err *clock_show(struct req *rq) MUST_USE;
const struct err *network_show(struct req *rq) MUST_USE;

#endif
