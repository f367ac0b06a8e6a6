/* 3CX v18 and v20. Calls come in by one of three ways that the settings choose between: the
 * ReportCall post of the CRM template we hand out, lines of the CDR output's active socket, or the
 * call log of the v20 configuration API (XAPI), which also finds what the others missed. All of it
 * reads: nothing here uses the Call Control API or claims an extension, so a live phone system is
 * never touched. This header is the folder's own; features.c needs threecx_provider only. */
#ifndef RINGSIGHT_PROVIDERS_THREECX_H
#define RINGSIGHT_PROVIDERS_THREECX_H

#include "providers/provider.h"

extern const struct provider threecx_provider;

/* Methods in struct hook that no sender can choose (hooks come by GET and POST). */
#define THREECX_CDR_METHOD "CDR" /* a body of CDR lines, stored by the socket's listener */

/* The posts of our template, CDR lines, and a page of the call log, into events. Pure. */
const struct err *threecx_report(struct arena *a, const struct hook *h,
                                 struct event_list *ret_list) MUST_USE;
const struct err *threecx_cdr(struct arena *a, const struct hook *h,
                              struct event_list *ret_list) MUST_USE;
const struct err *threecx_log(struct arena *a, const struct hook *h,
                              struct event_list *ret_list) MUST_USE;

/* The CDR fields in their default order, parted by commas (3CX's CDR page; 27 names). */
extern const char threecx_cdr_default[];
/* E_BAD_INPUT with a sentence if the list has an unknown or doubled name, or lacks one that a call
 * cannot do without. */
const struct err *threecx_cdr_check(struct arena *a, struct str fields) MUST_USE;

/* "hh:mm:ss" in seconds, a fraction passed over; -1 for anything else. */
int64_t threecx_clock(struct str s);
/* True for an extension: 1 to 8 digits. */
bool threecx_is_extension(struct str s);

/* Names of recordings, as fetch takes them: "rec:<id>" of the XAPI, or "find:<start>,<end>,<agent>,
 * <number>" (times in seconds since 1970) where only the call is known. */
struct str threecx_find_name(struct arena *a, const struct call_event *ev);

struct fetch;
struct poll;
const struct err *threecx_fetch(struct arena *a, struct fetch *f) MUST_USE;
const struct err *threecx_poll(struct arena *a, struct poll *p) MUST_USE;

#endif
