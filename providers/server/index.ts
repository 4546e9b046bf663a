export { output, reference } from "./component-inputs.ts";
export { diffInputs } from "./diff.ts";
export { messageOf, PartialFailure } from "./errors.ts";
export { servePlugin } from "./plugin.ts";
export { packageSchema } from "./package-schema.ts";
export type {
  ObjectSchema,
  ObjectType,
  PackageSchema,
  PropertySchema,
  TypeSchema,
} from "./package-schema-types.ts";
export type { Components, MakeComponent, Provider } from "./provider.ts";
export type {
  CheckRequest,
  CheckResult,
  Context,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  PropertyChange,
  ReadRequest,
  ReadResult,
  Resource,
  ResourceSchema,
  UpdateRequest,
} from "./resource.ts";
export { checkShape, partial, readShape, replacing, secrets, text } from "./shape.ts";
export type { CheckFailure, Fail, Properties, Shape } from "./shape.ts";
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
