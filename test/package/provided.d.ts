import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder with nothing but the packed package in node_modules/. For reading: bareProject() makes one to write into. */
    project: string;
    /** The packed package, a file. */
    tarball: string;
    /** The paths of the files in it. */
    packed: string[];
    /** Programs of Node: this one and, where it has no relaxed SIMD, one that has. */
    nodes: string[];
  }
}
