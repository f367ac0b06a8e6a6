/* Another mail address of an account: asked for signed in, by password and second factor, and confirmed by a link from
 * the old address and one from the new, within a day. Until both did, nothing changes. Whether the new address is
 * somebody else's is looked up in a job, so that the asker cannot tell it. */
#ifndef RINGSIGHT_PEOPLE_ADDRESSES_H
#define RINGSIGHT_PEOPLE_ADDRESSES_H

#include "http/http.h"

extern const struct feature addresses_feature;

#endif
