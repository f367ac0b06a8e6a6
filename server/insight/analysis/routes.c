/* Reading a call's analysis. */
#include "http/http.h"
#include "insight/analysis/analysis.h"
#include "insight/analysis/queries.h"
#include "insight/analysis/store.h"

static const struct route routes[] = {
    {GET, "/calls/{call}/analysis", CALLS_READ, .sql = SQL_ANALYSIS_GET,
     .doc = "What the call was about, its mood, and who spoke how much"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define MAYBE "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"spans",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"turn\",\"first\",\"last\","
     "\"start_ms\",\"end_ms\",\"speaker\",\"words\"],\"properties\":{\"turn\":" NUMBER ","
     "\"first\":" NUMBER
     ",\"last\":" NUMBER ",\"start_ms\":" NUMBER ",\"end_ms\":" NUMBER
     ",\"speaker\":{\"enum\":[\"agent\",\"customer\",\"unknown\"]},\"words\":" TEXT "}}}"},
    {"finding",
     "{\"type\":\"object\",\"required\":[\"name\",\"detail\",\"spans\"],\"properties\":{"
     "\"name\":" TEXT ",\"detail\":" TEXT ",\"owner\":" MAYBE ",\"due\":" MAYBE
     ",\"state\":" MAYBE ",\"level\":{\"enum\":[\"LOW\",\"MEDIUM\",\"HIGH\",\"URGENT\",null]},"
     "\"spans\":{\"$ref\":\"#/components/schemas/spans\"}}}"},
    {"findings",
     "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/finding\"}}"},
    {"asked",
     "{\"type\":\"object\",\"required\":[\"passed\"],\"properties\":{\"engine_id\":" MAYBE
     ",\"engine\":" MAYBE ",\"kind\":" MAYBE ",\"model\":" MAYBE ",\"prompt\":" MAYBE
     ",\"params\":{\"type\":\"object\"},\"in_tokens\":" NUMBER ",\"out_tokens\":" NUMBER
     ",\"parts\":" NUMBER ",\"answers\":{\"type\":\"array\",\"items\":" TEXT "},"
     "\"passed\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"engine\","
     "\"reason\"],\"properties\":{\"engine\":" TEXT ",\"reason\":" TEXT "}}}}}"},
    {0},
};

const struct feature analysis_feature = {
    .name = "analysis", .doc = "What calls were about.", .routes = routes, .jobs = analysis_jobs,
    .schemas = schemas,
};
