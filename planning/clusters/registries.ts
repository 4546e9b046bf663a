/** Host of a registry, with a port or without; `_default`, and `*` for the same, are every other one. */
export const registryPattern = /^(\*|_default|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?)$/;

/** Name of the directory that containerd reads a registry's mirrors from. */
export function mirrorDirectory(registry: string): string {
  return registry === "*" ? "_default" : registry;
}

/** The registries that share a directory with an earlier one, which they would overwrite: each with that one. */
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
