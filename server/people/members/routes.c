/* Reading who belongs to a tenant. */
#include "people/members/members.h"
#include "people/members/queries.h"

static const struct route routes[] = {
    {GET, "/members", PEOPLE_READ, .sql = SQL_MEMBERS_LIST, .doc = "People of the tenant, by name"},
    {0},
};

const struct feature members_feature = {
    .name = "members", .doc = "The people of a tenant and their roles.", .routes = routes,
};
