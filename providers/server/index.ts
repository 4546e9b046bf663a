export { diffInputs } from "./diff.ts";
export { messageOf, PartialFailure } from "./errors.ts";
export { servePlugin } from "./plugin.ts";
export { packageSchema } from "./provider.ts";
export type { ObjectTypeSchema, Provider } from "./provider.ts";
export type {
  CheckFailure,
  CheckRequest,
  CheckResult,
  Context,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  PropertyChange,
  PropertySchema,
  ReadRequest,
  ReadResult,
  Resource,
  ResourceSchema,
  UpdateRequest,
} from "./resource.ts";
export { startServer } from "./server.ts";
export type { RunningServer } from "./server.ts";
export {
  containsSecret,
  containsUnknown,
  isPropertyMap,
  reveal,
  revealAll,
  secret,
  Secret,
  unknown,
  Unknown,
} from "./values.ts";
export type { PropertyMap, Value } from "./values.ts";
export { waitUntil } from "./wait-until.ts";
export type { Seen, WaitOptions } from "./wait-until.ts";
