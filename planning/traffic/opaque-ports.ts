/**
 * Whether a list of ports, in the form of Linkerd's annotations and charts, contains a port: `25,3000-3010`.
 */
export function listsPort(list: string, port: number): boolean {
  return list.split(",").some((part) => {
    const [first = "", last = first] = part.trim().split("-");
    return first !== "" && Number(first) <= port && port <= Number(last);
  });
}

/** Ports that Linkerd treats as opaque TCP by default. A chart's value or the Service can change that. */
export const defaultOpaquePorts = "25,587,3306,4444,5432,6379,9300,11211";
