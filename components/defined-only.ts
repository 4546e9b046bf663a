/** The same object without the keys whose value is undefined, for interfaces with optional keys. */
export function definedOnly<T extends object>(
  values: T,
): {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as ReturnType<typeof definedOnly<T>>;
}
