import type { ComponentResourceOptions, Inputs, Resource as MadeResource } from "@pulumi/pulumi";
import type { ObjectSchema } from "./package-schema-types.ts";
import type { Resource, ResourceSchema } from "./resource.ts";

/** A provider, which a plugin serves. */
export interface Provider {
  /** Name of the package, such as `kind`. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Where Pulumi finds the plugin, where a machine has none. @default where Pulumi's own are */
  readonly pluginDownloadURL?: string | undefined;
  readonly resources: readonly Resource[];
  /** What Pulumi's generators of SDKs are told, by language. @default nothing */
  readonly language?: Readonly<Record<string, object>>;
  /** @default none */
  readonly components?: Components;
}

/** The components that a plugin serves to programs in other languages. */
export interface Components {
  /**
   * What the engine is told of each, by its token. Inputs are plain, but for each `output` and `reference` among them.
   * A schema whose `meta` has a `pulumiType` is of that type, such as one of {@link types}.
   */
  readonly schemas: Readonly<Record<string, ResourceSchema>>;
  /** Further types of the package schema, by their tokens. */
  readonly types: Readonly<Record<string, ObjectSchema>>;
  /** Loads what makes them. A plugin that serves resources alone does without Pulumi's SDK, which takes half a second. */
  readonly load: () => Promise<MakeComponent>;
}

/** Registers a component and all that is in it. Errors reach the person with their message alone. */
export type MakeComponent = (component: {
  readonly type: string;
  readonly name: string;
  /** Checked. In the place of each reference is what was made for it. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: ComponentResourceOptions;
}) => { readonly component: MadeResource; readonly outputs: Inputs };
