/** What is wrong with an owner; its parts become directories. */
export function checkOwner(owner: string): string | undefined {
  const valid =
    owner.length <= 200 &&
    owner.split("/").every((part) => /^[A-Za-z0-9._-]+$/.test(part) && !/^\.+$/.test(part));
  return valid
    ? undefined
    : `${JSON.stringify(owner)} has to be one or more parts joined by "/", each of letters, digits, ".", "_" and "-"`;
}
