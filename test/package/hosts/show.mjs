/** Reports on the page, where a person can read them, and a driver that waits for .done. */
export function show(reports) {
  const element = document.querySelector("#report");
  element.textContent = JSON.stringify(reports, undefined, 2);
  element.className = "done";
}
