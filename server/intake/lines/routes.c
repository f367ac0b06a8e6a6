/* How the line to a phone system is, for its page. */
#include "intake/lines/lines.h"
#include "intake/lines/queries.h"

static const struct route routes[] = {
    {GET, "/integrations/{integration}/line", INTEGRATIONS_READ, .sql = SQL_LINE_SHOW,
     .doc = "The line held open to a phone system: connected, or why not"},
    {0},
};

const struct feature lines_feature = {
    .name = "lines", .doc = "Lines held open to phone systems.", .routes = routes,
};
