import { text } from "../server/index.ts";

/** An owner. Its parts become directories. */
export const ownerName = () =>
  text((owner) => {
    const valid =
      owner.length <= 200 &&
      owner.split("/").every((part) => /^[A-Za-z0-9._-]+$/.test(part) && !/^\.+$/.test(part));
    return valid
      ? undefined
      : `${JSON.stringify(owner)} has to be one or more parts joined by "/", each of letters, digits, ".", "_" and "-"`;
  });

/** The default owner is the stack that the resource is in: `<project>/<stack>`. */
export function ownerOf(urn: string): string {
  const [stack = "", project = ""] = urn.replace("urn:pulumi:", "").split("::");
  return `${project}/${stack}`;
}
