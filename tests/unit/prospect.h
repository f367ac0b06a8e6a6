/* Checks of what an analysis says of the customer, for the conversations' expectations. */
#ifndef RINGSIGHT_TESTS_UNIT_PROSPECT_H
#define RINGSIGHT_TESTS_UNIT_PROSPECT_H

#include "talk.h"

/* True if the expectation is of this kind; fails the test if it is not met. */
bool prospect_expected(const char *file, const struct analysis *x, const struct expectation *e);

/* The value is "N" or "LOW..HIGH". */
void check_range(const char *file, const struct expectation *e, int64_t got);

#endif
