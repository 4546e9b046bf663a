/** A property as the engine and a provider exchange it. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | PropertyMap
  | Secret
  | Unknown
  | Opaque
  | OutputValue;

/** Properties of a resource: its inputs or its outputs. */
export interface PropertyMap {
  [key: string]: Value;
}

/** Marks a value that the engine must encrypt in the state and mask in its output. */
export class Secret {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }

  /** Keeps a secret secret if it gets into a message by mistake. */
  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}

/** A value that becomes known only after something else was created. Occurs only in previews. */
export class Unknown {
  /** Without a member, the class would be compatible with every type. */
  readonly kind = "unknown";
}

/** An asset, an archive or a reference to a resource. It is passed on unchanged. */
export class Opaque {
  readonly wire: Readonly<Record<string, unknown>>;

  constructor(wire: Readonly<Record<string, unknown>>) {
    this.wire = wire;
  }
}

/** An output of a program: its value, {@link Unknown} where that is not known yet, and what it comes from. */
export class OutputValue {
  readonly value: Value;
  readonly secret: boolean;
  /** URNs of the resources that have to exist for it. */
  readonly dependencies: readonly string[];

  constructor(value: Value, secret: boolean, dependencies: readonly string[]) {
    this.value = value;
    this.secret = secret;
    this.dependencies = dependencies;
  }
}

export const unknown: Unknown = new Unknown();

/** Marks an output as secret. */
export function secret(value: Value): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

export function isPropertyMap(value: Value | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Opaque) &&
    !(value instanceof OutputValue)
  );
}

/** The value without its marks as a secret or an output, at any depth. */
export function reveal(value: Value): Value {
  if (value instanceof Secret || value instanceof OutputValue) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  return isPropertyMap(value) ? revealAll(value) : value;
}

/** {@link reveal} for a whole set of properties. */
export function revealAll(properties: PropertyMap): PropertyMap {
  return mapValues(properties, reveal);
}

export function containsSecret(value: Value | undefined): boolean {
  return contains(
    value,
    (part) => part instanceof Secret || (part instanceof OutputValue && part.secret),
  );
}

export function containsUnknown(value: Value | undefined): boolean {
  return contains(value, (part) => part instanceof Unknown);
}

export function containsOutput(value: Value | undefined): boolean {
  return contains(value, (part) => part instanceof OutputValue);
}

function contains(value: Value | undefined, test: (part: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret || value instanceof OutputValue) return contains(value.value, test);
  if (Array.isArray(value)) return value.some((item: Value) => contains(item, test));
  return isPropertyMap(value) && Object.values(value).some((item) => contains(item, test));
}

/**
 * Outputs for the engine: what came in as a secret input leaves as a secret output, so that no resource has
 * to do that itself.
 */
export function keepSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      containsSecret(inputs[key]) && !containsSecret(value) ? secret(value) : value,
    ]),
  );
}

/** The same keys, each with what is made of its value. */
export function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
