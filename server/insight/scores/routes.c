/* Reading a call's score. */
#include "http/http.h"
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "insight/scores/store.h"

static const struct route routes[] = {
    {GET, "/calls/{call}/score", CALLS_READ, .sql = SQL_SCORE_GET,
     .doc = "The score, its sections, and every verdict with the words it rests on"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"integer\"}"
#define NUMBER_NULL "{\"type\":[\"integer\",\"null\"]}"
#define YES_NO "{\"type\":\"boolean\"}"

static const struct schema schemas[] = {
    {"scorecard_ref",
     "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"version\"],\"properties\":{\"id\":" TEXT
     ",\"name\":" TEXT ",\"version\":" NUMBER "}}"},
    {"score_sections",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"score_bp\","
     "\"weight\"],"
     "\"properties\":{\"name\":" TEXT ",\"score_bp\":" NUMBER_NULL ",\"weight\":" NUMBER "}}}"},
    {"score_criteria",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"section\","
     "\"text\","
     "\"weight\",\"auto_fail\",\"answer\",\"by_rule\",\"reason\",\"points_bp\",\"spans\"],"
     "\"properties\":{"
     "\"key\":" TEXT ",\"section\":" TEXT ",\"text\":" TEXT ",\"weight\":" NUMBER ","
     "\"auto_fail\":" YES_NO
     ",\"answer\":{\"enum\":[\"yes\",\"partly\",\"no\",\"na\",\"not_assessed\",\"unsupported\"]},"
     "\"by_rule\":" YES_NO ",\"reason\":" TEXT ",\"points_bp\":" NUMBER_NULL
     ",\"spans\":{\"$ref\":\"#/components/schemas/spans\"}}}}"},
    {0},
};

const struct feature scores_feature = {
    .name = "scores", .doc = "How calls score.", .routes = routes, .jobs = score_jobs,
    .schemas = schemas,
};
