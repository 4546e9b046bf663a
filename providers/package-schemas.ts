import { kindProvider } from "./kind/provider.ts";
import { meshProvider } from "./mesh/provider.ts";
import { packageSchema } from "./server/index.ts";

/** Pulumi's package schemas of the providers, out of which their SDKs are generated (`npm run sdks`). */
export const packageSchemas = {
  kind: packageSchema(kindProvider),
  mesh: packageSchema(meshProvider),
};
