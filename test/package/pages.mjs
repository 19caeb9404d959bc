/** The pages that people read. */
import { readdirSync } from "node:fs";
import { join } from "node:path/posix";

/** @returns paths from the root; not CHANGELOG.md, which is not held to what there is now */
export function pages() {
  return [".", "docs", "examples"].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md")
      .sort()
      .map((file) => join(folder, file)),
  );
}
