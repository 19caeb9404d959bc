// Runs inside the page, where no driver can reach: walks through the views, uses each, and sends what it saw to the test.
const problems = [];
addEventListener("error", ({ message }) => problems.push(message));
addEventListener("unhandledrejection", ({ reason }) => problems.push(String(reason)));

const WAIT_MS = 60_000;

async function until(what, condition) {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > WAIT_MS) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const all = (selector) => [...document.querySelectorAll(selector)];
const texts = (selector) => all(selector).map((element) => element.textContent);
const text = (selector) => texts(selector)[0] ?? "";
const press = (name) =>
  all("button")
    .find((button) => button.textContent === name)
    .click();

async function view(hash) {
  document.querySelector("article").classList.add("left");
  location.hash = hash;
  await until(hash, () => document.querySelector(`article.${hash.split("?")[0]}:not(.left)`) !== null);
}

async function walk() {
  const seen = { backend: text("#backend summary").trim() };
  await view("distribution?scores=3,1,0.5&temperature=2");
  seen.shares = all(".shares tbody tr").map((row) => [...row.querySelectorAll(".value")].map((v) => v.textContent));
  await view("attention");
  seen.cells = texts(".heat .cell");
  await view("token?topK=3&draws=1");
  await until("candidates", () => document.querySelector(".candidates tr.kept") !== null);
  seen.kept = all(".candidates tr.kept").map((row) => Number(row.dataset.token));
  seen.drawn = text(".drawn");
  await view("story?steps=32");
  press("Take random weights");
  press("Write");
  await until("a story", () => /^\d+ tokens/.test(text(".story .verdict")));
  seen.story = text(".page");
  await view("speed?size=small");
  press("Start");
  await until("times", () => text(".speed .verdict") === "Done.");
  seen.times = all(".race tbody tr").map((row) => row.textContent);
  return seen;
}

const report = (seen) => fetch("/report", { method: "POST", body: JSON.stringify({ ...seen, problems }) });
walk().then(report, (error) => report({ failed: String(error) }));
