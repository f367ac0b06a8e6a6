/* The only list of features. A new one is a folder in its district and a line here. */
#include "intake/calls/calls.h"
#include "people/sessions/sessions.h"

const struct feature *const features[] = {
    &sessions_feature,
    &calls_feature,
    NULL,
};
