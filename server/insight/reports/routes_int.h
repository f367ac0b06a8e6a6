/* What the two files of routes share. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_ROUTES_INT_H
#define RINGSIGHT_INSIGHT_REPORTS_ROUTES_INT_H

#include "http/http.h"

/* Answers with a file of that name. */
const struct err *report_reply(struct req *rq, struct str body, const char *type, struct str name);

/* clip_routes.c */
extern const struct field clip_in[];
const struct err *clip_sound(struct req *rq) MUST_USE;
const struct err *clip_text(struct req *rq) MUST_USE;
const struct err *clip_both(struct req *rq) MUST_USE;

#endif
