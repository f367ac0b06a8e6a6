/* The service's own mails, for the operator: whether each was sent, and if not, why. */
#ifndef RINGSIGHT_PLATFORM_MAILS_H
#define RINGSIGHT_PLATFORM_MAILS_H

#include "http/http.h"

extern const struct feature mails_feature;

#endif
