import type { Resource } from "./resource.ts";

/** A provider, which a plugin serves. */
export interface Provider {
  /** Name of the package, such as `kind`. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly resources: readonly Resource[];
}
