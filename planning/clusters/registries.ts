/** Host of a registry, with or without a port. `_default` and `*` mean every other registry. */
export const registryPattern = /^(\*|_default|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?)$/;

/** Name of the directory that containerd reads a registry's mirrors from. */
export function mirrorDirectory(registry: string): string {
  return registry === "*" ? "_default" : registry;
}

/**
 * The registries that would overwrite an earlier one because they share its directory, each with that one.
 */
export function overwritingMirrors(
  registries: readonly string[],
): (readonly [registry: string, earlier: string])[] {
  return registries.flatMap((registry, index) => {
    const earlier = registries
      .slice(0, index)
      .find((other) => mirrorDirectory(other) === mirrorDirectory(registry));
    return earlier === undefined ? [] : [[registry, earlier] as const];
  });
}
