/* Phone numbers as people and phone systems write them, normalised to E.164 by libphonenumber. The
 * one way to it: phone.cc is the only C++ of the server. All functions may be called by any thread;
 * the first call reads the numbering plans and takes some milliseconds. */
#ifndef RINGSIGHT_CORE_PHONE_H
#define RINGSIGHT_CORE_PHONE_H

#include "core/arena.h"

enum phone_kind {
    PHONE_WITHHELD = 0, /* empty, "anonymous", "Restricted", +266696687 and their like */
    PHONE_AS_SENT,      /* extension, short code, SIP URI, star code, text: has no other form */
    PHONE_E164
};

/* What `sent` is, read as in `region` (ISO 3166, "IN"; "" where nobody said: then only what begins
 * with a plus, "tel:+" or 00 has a country). *ret_e164 becomes "+919845012345" where the answer is
 * PHONE_E164, else "". It is made in a. With a plus the number must be possible, without one it
 * must be valid in the region, or, from eleven digits on, with a plus before it. */
enum phone_kind phone_normal(struct arena *a, struct str sent, struct str region,
                             struct str *ret_e164);

/* True for the two capital letters of a region that has a numbering plan. */
bool phone_region_known(struct str region);

/* The region of a time zone: "IN" for "Asia/Kolkata". "" where a zone has none ("UTC") or is not
 * known. Static memory or made in a. */
struct str phone_region_of_zone(struct arena *a, struct str zone);

/* The last seven digits of what is digits with blanks, hyphens and the like between them and at most
 * a plus before; "" for anything else and for fewer. Made in a. */
struct str phone_tail(struct arena *a, struct str number);

/* True if both are known and end in the same digits, the last nine or all of the shorter one where
 * it has at least seven: one number with and without its prefixes. */
bool phone_alike(struct str x, struct str y);

#endif
