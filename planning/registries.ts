/** Host of a registry, with a port or without; `_default`, and `*` for the same, are every other one. */
export const registryPattern = /^(\*|_default|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?)$/;
