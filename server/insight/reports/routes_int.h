/* What the two files of routes share. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_ROUTES_INT_H
#define RINGSIGHT_INSIGHT_REPORTS_ROUTES_INT_H

#include "http/http.h"

/* Answers with a file of that name. */
const struct err *report_reply(struct req *rq, struct str body, const char *type, struct str name);

struct doc;
/* The report of a call that who asks may see, in arena `a`. E_NOT_FOUND. */
const struct err *report_read_call(struct req *rq, struct arena *a, struct uuid call, struct doc **ret) MUST_USE;
struct pack;
/* Answers with an archive, or the part of it that is asked for, and leaves it on the disk meanwhile. */
const struct err *report_send_pack(struct req *rq, struct pack *zip, struct str name) MUST_USE;

/* batch_routes.c */
extern const struct field batch_in[], many_in[];
const struct err *batch(struct req *rq) MUST_USE;
const struct err *batch_many(struct req *rq) MUST_USE;

/* clip_routes.c */
extern const struct field clip_in[];
const struct err *clip_sound(struct req *rq) MUST_USE;
const struct err *clip_text(struct req *rq) MUST_USE;
const struct err *clip_both(struct req *rq) MUST_USE;

#endif
