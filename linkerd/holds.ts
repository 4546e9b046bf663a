/**
 * Whether a value of the API server has everything that is planned. Lists must have the same length.
 *
 * @param mayHave whether it may have a field that isn't planned. @default any: the API server and others add some
 */
export function holds(
  planned: unknown,
  present: unknown,
  mayHave: (key: string, value: unknown) => boolean = () => true,
): boolean {
  if (typeof planned !== "object" || planned === null) return present === planned;
  if (typeof present !== "object" || present === null) return false;
  if (Array.isArray(planned) && (present as unknown[]).length !== planned.length) return false;
  return (
    Object.entries(planned).every(([key, value]) =>
      holds(value, (present as Record<string, unknown>)[key], mayHave),
    ) && Object.entries(present).every(([key, value]) => key in planned || mayHave(key, value))
  );
}
