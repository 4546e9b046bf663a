import type { CheckFailure, Shape } from "./shape.ts";
import type { PropertyMap } from "./values.ts";

/**
 * One resource type of a provider. Secret marks are removed from everything that it gets. Outputs with the
 * name of a secret input get the mark back, so the resource marks only other secrets ({@link secret}). The
 * person sees only the message of an error that it throws.
 */
export interface Resource {
  /** Token, such as `kind:index:Cluster`. */
  readonly type: string;
  readonly schema: ResourceSchema;
  /** Validates, and fills in defaults. In previews it sees unknown values and must accept them. */
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  /** What a change of inputs means. Called only if both sides passed `check`. */
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  /**
   * The outputs that are known before a create (`olds` undefined) or an update.
   * @default the inputs; every other output of the schema is unknown (create) or keeps its old value
   */
  preview?(inputs: PropertyMap, olds: PropertyMap | undefined): PropertyMap | Promise<PropertyMap>;
  /**
   * What a create or an update of these inputs means beyond the resource itself, a sentence each. A preview shows
   * them as warnings. It must not fail for what it can't see, but say so. @default nothing
   */
  outlook?(request: OutlookRequest): readonly string[] | Promise<readonly string[]>;
  /**
   * @throws PartialFailure if the resource exists and must be kept in the state; any other error means that
   *   nothing is left of it
   */
  create(request: CreateRequest, context: Context): Promise<CreateResult>;
  /**
   * The current resource, or undefined if it is gone. Refresh and import call it; for an import `inputs` and
   * `outputs` are empty.
   */
  read(request: ReadRequest, context: Context): Promise<ReadResult | undefined>;
  /** The new outputs, all of them. */
  update(request: UpdateRequest, context: Context): Promise<PropertyMap>;
  /** If there is nothing to delete, that is no error. */
  delete(request: DeleteRequest, context: Context): Promise<void>;
}

/** What a running operation may use. */
export interface Context {
  readonly urn: string;
  /** Aborted when the person interrupts the engine or the operation's time (customTimeouts) is over. */
  readonly signal: AbortSignal;
  /** Shows the current step next to the resource while it runs. It isn't kept. */
  status(message: string): void;
  /** Stays in the engine's log; `debug` is shown only on demand. */
  log(severity: "debug" | "info" | "warning" | "error", message: string): void;
}

/** What a preview knows. Either side may have unknown values. */
export interface OutlookRequest {
  readonly news: PropertyMap;
  /** Inputs of the resource in the state. Undefined for a create. */
  readonly olds: PropertyMap | undefined;
  readonly signal: AbortSignal;
}

export interface CheckRequest {
  readonly urn: string;
  readonly news: PropertyMap;
  /** Inputs of the resource in the state. Empty for a new one. */
  readonly olds: PropertyMap;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest {
  readonly id: string;
  readonly urn: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly newInputs: PropertyMap;
}

export interface DiffResult {
  /** Changed properties, by path. Empty: nothing changed. */
  readonly changes: Readonly<Record<string, PropertyChange>>;
  readonly deleteBeforeReplace?: boolean;
}

export interface PropertyChange {
  readonly kind: "add" | "update" | "delete";
  /** The change requires replacing the resource. @default false */
  readonly replace?: boolean;
}

export interface CreateRequest {
  readonly urn: string;
  readonly inputs: PropertyMap;
}

export interface CreateResult {
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface ReadRequest {
  readonly id: string;
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export type ReadResult = Omit<ReadRequest, "urn">;
export type UpdateRequest = DiffRequest;
export type DeleteRequest = ReadRequest;

/** The engine's schema of a resource's properties. */
export interface ResourceSchema {
  readonly description: string;
  /** TypeScript that makes one. @default the documentation shows no example */
  readonly example?: string;
  readonly inputs: Shape;
  /** Outputs besides the inputs. */
  readonly outputs: Shape;
}
