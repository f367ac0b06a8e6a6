/* What the files of factors/ share. */
#ifndef RINGSIGHT_PEOPLE_FACTORS_INNER_H
#define RINGSIGHT_PEOPLE_FACTORS_INNER_H

#include "http/http.h"

/* ---- totp.c, over liboath ---- */

#define TOTP_SEED 20 /* bytes: what RFC 4226 section 4 R6 recommends */
#define TOTP_STEP_S 30
/* The 30 s step since 1970 whose code this is, of those at `now` (microseconds), one before and one after; -1: of none.
 * Blanks in the code are passed over. */
int64_t totp_step(struct str seed, struct str code, int64_t now);
/* Base32 (RFC 4648) in capitals, without padding. */
struct str totp_base32(struct arena *a, struct str bytes);
/* What authenticator apps read from a QR code: otpauth://totp/Ringsight:<label>?secret=... */
struct str totp_uri(struct arena *a, struct str label, struct str base32);

/* ---- qr.c, over libqrencode ---- */

struct qr {
    int64_t size;    /* modules a side, without the quiet zone of four */
    struct str path; /* of an SVG, one unit a module, dark ones */
};
/* E_TOO_LARGE if the text does not fit a QR code. */
const struct err *qr_make(struct arena *a, struct str text, struct qr *ret) MUST_USE;

/* ---- recovery.c ---- */

#define RECOVERY_CODES 10
#define RECOVERY_BYTES 15 /* 120 bits: more than can be guessed from its hash, so a plain hash will do */
/* "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ". */
struct str recovery_new(struct arena *a);
/* SHA-256 over account and code; dashes, blanks and case do not count. */
struct hash recovery_hash(struct arena *a, struct uuid account, struct str code);

/* ---- factors.c ---- */

/* A new seed for an account, sealed; E_CONFLICT: it has a factor. */
const struct err *factor_begin(struct db *db, struct uuid account, struct str *ret_base32) MUST_USE;
/* The first code was right: the factor holds, every session but `keep` ends. *ret_right false: it was not right.
 * E_GONE: no set-up was begun, or half an hour ago. */
const struct err *factor_confirm(struct db *db, struct uuid account, struct str code, const struct hash *keep,
                                 bool *ret_right) MUST_USE;

/* ---- policy.c: of whom a tenant asks one ---- */
extern const struct field factor_policy_in[];
const struct err *factor_policy_set(struct req *rq);

/* ---- others.c: removing somebody else's ---- */
extern const struct field factor_of_member_in[];
const struct err *factor_of_member(struct req *rq);

#endif
