/**
 * The snippets that people copy, as programs: every ```js and ```ts block of the pages (pages.mjs), every @example of src/.
 *
 * Each is a module of its own, in strict mode, beside the installed package: what it imports and declares is all it has,
 * and the names of given.mjs, which stand for a reader's own data. A snippet that needs another name fails.
 * A comment behind a statement is a promise about its value (an expression's, or the constant's that it declares) where
 * it is nothing but a number or an array of numbers, right to the digits shown (whole numbers: to 1e-6), or where it begins
 * with a string or a list of them, `"a", "b" or "c"`, one of which it must be. Any other comment is prose.
 *
 * What cannot run in Node (a fragment of a page, a shell) stands in a block of another language, such as html or sh; where
 * it has to be js, the line above the block is `<!-- not run: REASON -->`, and the test is skipped under a title that says so. An import of
 * a .wasm file, which Node cannot do, gives the compiled module: the plain one where the engine has no relaxed SIMD.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path/posix";
import ts from "typescript";
import { pages } from "./pages.mjs";

const BLOCK = /^(?:<!-- not run: (?<reason>.+) -->\n+)?```(?:js|ts)\n(?<code>[\s\S]*?)^```$/gm;
const EXAMPLE = /^[ \t]*\* @example\n(?<code>(?:[ \t]*\*(?!\/)(?! @).*\n)+)/gm;

const lineOf = (text, at) => text.slice(0, at).split("\n").length;

/** @returns [{ name, code, reason }]; reason: why it is not run */
export function snippets() {
  const found = pages().flatMap((page) => {
    const text = readFileSync(page, "utf8");
    return [...text.matchAll(BLOCK)].map(({ index, groups }) => ({
      name: `${page}:${lineOf(text, index)}`,
      ...groups,
    }));
  });
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((path) => join("src", path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".ts"));
  for (const path of sources.sort()) {
    const text = readFileSync(path, "utf8");
    for (const { index, groups } of text.matchAll(EXAMPLE)) {
      const code = groups.code.replace(/^[ \t]*\* ?/gm, "");
      found.push({ name: `${path}:${lineOf(text, index)}`, code, reason: undefined });
    }
  }
  return found;
}

const isPromise = (comment) => {
  if (/^"[^"]*"/.test(comment)) return true;
  try {
    return [JSON.parse(comment)].flat().every((value) => typeof value === "number");
  } catch {
    return false; // prose
  }
};

/** @returns the snippet as a module that calls given.printed(value, comment) for every promise, and how many there are */
export function program(code) {
  const source = ts.createSourceFile("snippet.ts", code, ts.ScriptTarget.Latest, true);
  let text = 'import "./given.mjs";';
  let promises = 0;
  for (const statement of source.statements) {
    const specifier = ts.isImportDeclaration(statement) ? statement.moduleSpecifier.text : "";
    if (specifier.endsWith(".wasm")) {
      text += `const ${statement.importClause.name.text} = given.module("${specifier}");`;
      continue;
    }
    text += statement.getFullText();
    const [range] = ts.getTrailingCommentRanges(code, statement.end) ?? [];
    const comment = range === undefined ? "" : code.slice(range.pos + 2, range.end).trim();
    if (!isPromise(comment)) continue;
    let value;
    if (ts.isExpressionStatement(statement)) {
      value = statement.expression.getText();
      text = text.slice(0, text.length - statement.getText().length);
    } else if (ts.isVariableStatement(statement)) {
      value = statement.declarationList.declarations[0].name.getText();
    } else {
      throw new Error(`a value is promised behind a statement that has none: ${statement.getText()} // ${comment}`);
    }
    text += `;given.printed((${value}), ${JSON.stringify(comment)});`;
    promises++;
  }
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, verbatimModuleSyntax: true },
  });
  return { text: outputText, promises };
}
