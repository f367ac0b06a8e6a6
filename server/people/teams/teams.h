/* Teams of agents and the people who lead them. Whoever is held to his own teams sees the calls of
 * their agents and his own, and nothing of others'; everybody else sees what his role says. */
#ifndef RINGSIGHT_PEOPLE_TEAMS_H
#define RINGSIGHT_PEOPLE_TEAMS_H

#include "http/http.h"

#define TEAMS_MAX 200       /* of a tenant */
#define TEAM_AGENTS_MAX 500 /* of a team */
#define TEAM_LEADS_MAX 50

/* Replaces a team's agents: a JSON list of ids. E_BAD_INPUT with a sentence. */
const struct err *team_set_agents(struct db *db, struct uuid team, struct str list) MUST_USE;
/* Replaces its leads: a JSON list of account ids, as the list of members tells them. E_BAD_INPUT with a
 * sentence, also for one whose role sees own calls only. */
const struct err *team_set_leads(struct db *db, struct uuid team, struct str list) MUST_USE;

extern const struct feature teams_feature;

#endif
