/* Reading scorecards. */
#include "http/http.h"
#include "insight/scorecards/queries.h"
#include "insight/scorecards/scorecards.h"

static const struct route routes[] = {
    {GET, "/scorecards", SCORECARDS_READ, .sql = SQL_SCORECARDS_LIST,
     .doc = "The published scorecards, each in its newest version"},
    {GET, "/scorecards/{scorecard}", SCORECARDS_READ, .sql = SQL_SCORECARD_GET,
     .doc = "One version of a scorecard with its questions"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define YES_NO "{\"type\":\"boolean\"}"

static const struct schema schemas[] = {
    {"scorecard_sections",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"questions\"],"
     "\"properties\":{\"name\":" TEXT ",\"questions\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\","
     "\"required\":[\"key\",\"text\",\"weight\",\"auto_fail\",\"by_rule\"],"
     "\"properties\":{\"key\":" TEXT
     ",\"text\":" TEXT ",\"weight\":{\"type\":\"integer\"},\"auto_fail\":" YES_NO ","
     "\"by_rule\":" YES_NO
     "}}}}}}"},
    {0},
};

const struct feature scorecards_feature = {
    .name = "scorecards", .doc = "What calls are scored by.", .routes = routes, .schemas = schemas,
};
