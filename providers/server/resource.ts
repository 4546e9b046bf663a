import type { CheckFailure, Shape } from "./shape.ts";
import type { PropertyMap } from "./values.ts";

/**
 * One resource type of a provider. Everything that it is given has its secret marks taken off; outputs
 * of the same name as a secret input get them back. Only further secrets are for the resource to mark
 * ({@link secret}). Errors that it throws reach the person with their message alone.
 */
export interface Resource {
  /** Token, such as `kind:index:Cluster`. */
  readonly type: string;
  readonly schema: ResourceSchema;
  /**
   * Validates, and fills in defaults. It sees unknown values in previews and has to let them through.
   */
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  /** What a change of inputs means. Called only when both sides passed `check`. */
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  /**
   * Outputs as far as they are known before a create (`olds` undefined) or an update.
   * @default the inputs, and unknown for every other output of the schema (create) or its old value
   */
  preview?(inputs: PropertyMap, olds: PropertyMap | undefined): PropertyMap | Promise<PropertyMap>;
  /**
   * @throws PartialFailure where the resource exists and has to be kept in the state; any other error
   *   means that nothing is left of it
   */
  create(request: CreateRequest, context: Context): Promise<CreateResult>;
  /**
   * The resource as it is now, or undefined if it is gone. Called by refresh and by import; for an
   * import `inputs` and `outputs` are empty.
   */
  read(request: ReadRequest, context: Context): Promise<ReadResult | undefined>;
  /** The new outputs, all of them. */
  update(request: UpdateRequest, context: Context): Promise<PropertyMap>;
  /** Nothing to delete is no error. */
  delete(request: DeleteRequest, context: Context): Promise<void>;
}

/** What a running operation can use of its context. */
export interface Context {
  readonly urn: string;
  /** Aborted when the person interrupts the engine or the operation's time (customTimeouts) is over. */
  readonly signal: AbortSignal;
  /** Shows the current step next to the resource while it runs; not kept. */
  status(message: string): void;
  /** Stays in the engine's log; `debug` is shown only on demand. */
  log(severity: "debug" | "info" | "warning" | "error", message: string): void;
}

export interface CheckRequest {
  readonly urn: string;
  readonly news: PropertyMap;
  /** Inputs of the resource as it is in the state; empty for a new one. */
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
  /** The change can only be made by replacing the resource. @default false */
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

export interface ReadResult {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest {
  readonly id: string;
  readonly urn: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly newInputs: PropertyMap;
}

export interface DeleteRequest {
  readonly id: string;
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** What the engine is told of a resource's properties. */
export interface ResourceSchema {
  readonly description: string;
  readonly inputs: Shape;
  /** What is known of it besides the inputs. */
  readonly outputs: Shape;
}
