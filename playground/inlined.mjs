// Script and style become part of index.html. Nothing has to be loaded after it, and the page can give its own script to workers
// without asking the network again (src/page/workers.ts): one copy of the package serves all of them.

/** What would end a script element, or begin a comment in it, written so that JavaScript reads the same. */
const inScript = (code) => code.replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3C!--");

export const inlined = () => ({
  name: "inlined",
  enforce: "post",
  generateBundle(_, bundle) {
    const page = bundle["index.html"];
    const take = (tag, content) => {
      const [element, file] = page.source.match(tag) ?? [];
      const part = bundle[file];
      if (part === undefined) throw new Error(`index.html has nothing like ${tag}`);
      delete bundle[file];
      page.source = page.source.replace(element, "");
      return content(part);
    };
    const style = take(/<link rel="stylesheet"[^>]* href="\.\/([^"]+)">/, ({ source }) => `<style>${source}</style>`);
    const script = take(
      /<script type="module"[^>]* src="\.\/([^"]+)"><\/script>/,
      ({ code }) => `<script type="module" id="script">${inScript(code)}</script>`,
    );
    // functions: a "$" in the code is no reference of replace
    page.source = page.source.replace("</head>", () => `${style}</head>`).replace("</body>", () => `${script}</body>`);
  },
});
