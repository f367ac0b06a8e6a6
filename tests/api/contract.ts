/* Before the tests: fetches the running server's contract and makes the types they are written
 * with, so that a test which no longer fits the contract does not compile. */
import { writeFileSync } from 'node:fs';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { base } from './house.ts';

const document = await (await fetch(`${base}/api/v1/openapi.json`)).json() as OpenAPI3;
writeFileSync(new URL('./schema.d.ts', import.meta.url), astToString(await openapiTS(document)));
