/* Reports: the coaching report of a call and of an agent's weeks, as PDF and Markdown that are the
 * same to the byte whenever they are made of the same facts; and reports that go out by mail when they are due. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_H
#define RINGSIGHT_INSIGHT_REPORTS_H

struct feature;
extern const struct feature reports_feature, report_mails_feature;

#endif
