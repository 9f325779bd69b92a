/** What goes over the wire, by the names that users know. `openapi.ts` is written from the service's own description. */

import type { components } from "./openapi.ts";

type Schemas = components["schemas"];

export type Batch = Schemas["BatchInput"];
export type BatchEvent = Schemas["Event"];
export type BatchStatus = Schemas["BatchStatus"];
export type ErrorBody = Schemas["ErrorBody"];
export type Forecast = Schemas["Forecast"];
export type Item = Schemas["Item"];
export type ItemError = Schemas["ItemError"];
export type ItemList = Schemas["ItemList"];
export type ItemStatus = Schemas["ItemStatus"];
export type JobStatus = Schemas["JobStatus"];
/** One memory as it is sent. */
export type Memory = Schemas["MemoryInput"];
export type Usage = Schemas["Usage"];
