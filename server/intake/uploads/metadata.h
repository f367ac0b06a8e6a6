/* Upload-Metadata of tus: pairs of a key and a Base64 value, parted by commas. Pure. */
#ifndef RINGSIGHT_INTAKE_UPLOADS_METADATA_H
#define RINGSIGHT_INTAKE_UPLOADS_METADATA_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define METADATA_MAX 4096 /* bytes of the header */

/* STR_NONE where not given or empty. */
struct metadata {
    struct str filename, filetype, agent, direction, started_at;
    struct str number;     /* of the outside party */
    struct str agent_note; /* why there is no agent, for the bucket of unknown ones */
    struct str sha256;     /* of the file, in hexadecimal, for knowing it again before it is sent */
    struct str again;      /* "yes": take it though it is here already */
    struct str analyse;    /* "no": only keep it */
    struct str call;       /* id of a call logged by hand that this is the recording of */
};

/* Reads the header (STR_NONE: nothing given). Keys we do not know are passed over, as clients send
 * their own. E_BAD_REQUEST with a sentence: too long, a key twice, without name, or a value that is
 * no Base64 or no UTF-8 text. */
const struct err *metadata_parse(struct arena *a, struct str header,
                                 struct metadata *ret) MUST_USE;

#endif
